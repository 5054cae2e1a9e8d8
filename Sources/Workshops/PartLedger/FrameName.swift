package import Core

/// The name of a kept frame's file, `<entry>-<part>-<verdict>.<format>`: the file alone says what it shows.
package struct FrameName: Hashable, Sendable, CustomStringConvertible {
    package let entry: UInt64
    package let part: UInt32
    package let verdict: Verdict
    package let format: FrameFormat

    package init(entry: UInt64, part: UInt32, verdict: Verdict, format: FrameFormat) {
        self.entry = entry
        self.part = part
        self.verdict = verdict
        self.format = format
    }

    /// Nil for a file that is not one of ours.
    package init?(parsing text: String) {
        let ends = text.split(separator: ".", omittingEmptySubsequences: false)
        guard ends.count == 2, let format = FrameFormat(rawValue: String(ends[1])) else { return nil }
        let words = ends[0].split(separator: "-", omittingEmptySubsequences: false)
        guard words.count == 3, let entry = UInt64(words[0]), let part = UInt32(words[1]),
            let verdict = Verdict(name: String(words[2]))
        else { return nil }
        self.init(entry: entry, part: part, verdict: verdict, format: format)
        // `+7` and `007` are numbers too, but not as we write them.
        guard description == text else { return nil }
    }

    package var description: String { "\(entry)-\(part)-\(verdict.name).\(format.rawValue)" }
}
