/// E0: UTF-8 that somebody read as Windows-1252 and wrote down again.
enum MojibakeRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.papers.enumerated().compactMap { paper, text in
            let spots = spots(text.bytes)
            guard let first = spots.first else { return nil }
            let lines = Set(spots.map { text.lines.line(at: $0.range.lowerBound) }).count
            let shown = String(decoding: text.bytes[first.range], as: UTF8.self)
            return ClinicFinding(
                level: .note, rule: "mojibake", ids: ["E0"], paper: paper,
                line: text.lines.line(at: first.range.lowerBound) + 1,
                message:
                    "\"\(shown)\" is \"\(first.meant)\" in UTF-8, read as Windows-1252 (\(lines) line\(lines == 1 ? "" : "s"))",
                consequence: "it is printed so, and goes into the files that the script writes",
                advice: "save the text as UTF-8",
                edits: spots.map { TextEdit(paper: paper, range: $0.range, replacement: $0.meant) })
        }
    }

    private struct Spot {
        let range: Range<Int>
        let meant: String
    }

    /// What Windows-1252 has between 0x80 and 0x9F.
    private static let upper: [UInt32: UInt8] = [
        0x20AC: 0x80, 0x201A: 0x82, 0x0192: 0x83, 0x201E: 0x84, 0x2026: 0x85, 0x2020: 0x86, 0x2021: 0x87, 0x02C6: 0x88,
        0x2030: 0x89, 0x0160: 0x8A, 0x2039: 0x8B, 0x0152: 0x8C, 0x017D: 0x8E, 0x2018: 0x91, 0x2019: 0x92, 0x201C: 0x93,
        0x201D: 0x94, 0x2022: 0x95, 0x2013: 0x96, 0x2014: 0x97, 0x02DC: 0x98, 0x2122: 0x99, 0x0161: 0x9A, 0x203A: 0x9B,
        0x0153: 0x9C, 0x017E: 0x9E, 0x0178: 0x9F,
    ]
    /// Windows-1252 has no letter for 0x9D, so it is often lost on the way: what is left of the cross.
    private static let crossWithoutMiddle: [UInt8] = [0xE2, 0x8C]

    private static func spots(_ bytes: [UInt8]) -> [Spot] {
        var found: [Spot] = []
        var at = 0
        // The first letter of such a sequence is one of U+00C2 to U+00F4, which UTF-8 writes with 0xC3.
        while let start = bytes[at...].firstIndex(of: 0xC3) {
            if let spot = spot(bytes, start) {
                found.append(spot)
                at = spot.range.upperBound
            } else {
                at = start + 1
            }
        }
        return found
    }

    private static func spot(_ bytes: [UInt8], _ start: Int) -> Spot? {
        guard let (lead, next) = letter(bytes, start), let count = count(lead) else { return nil }
        var meant = [lead]
        var at = next
        while meant.count < count, let (byte, after) = letter(bytes, at), byte & 0xC0 == 0x80 {
            meant.append(byte)
            at = after
        }
        if meant.count == count, let text = String(validating: meant, as: UTF8.self) {
            return Spot(range: start..<at, meant: text)
        }
        return meant == crossWithoutMiddle ? Spot(range: start..<at, meant: "\u{274C}") : nil
    }

    /// How long a sequence of UTF-8 is by its first byte.
    private static func count(_ lead: UInt8) -> Int? {
        switch lead {
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: nil
        }
    }

    /// The byte that Windows-1252 has for the letter at a place, and where the next one begins.
    private static func letter(_ bytes: [UInt8], _ at: Int) -> (byte: UInt8, next: Int)? {
        guard at + 1 < bytes.count else { return nil }
        let (first, second) = (UInt32(bytes[at]), UInt32(bytes[at + 1]) & 0x3F)
        switch first {
        case 0xC2, 0xC3:
            let scalar = (first & 0x1F) << 6 | second
            return scalar >= 0x80 ? (UInt8(truncatingIfNeeded: scalar), at + 2) : nil
        case 0xC4...0xDF: return upper[(first & 0x1F) << 6 | second].map { ($0, at + 2) }
        case 0xE2 where at + 2 < bytes.count:
            return upper[(first & 0x0F) << 12 | second << 6 | UInt32(bytes[at + 2]) & 0x3F].map { ($0, at + 3) }
        default: return nil
        }
    }
}
