/// A part of a text that is read by itself: all of a script, or what stands between two fences of a tutorial, without
/// the indentation
/// that the list around it asks for. It knows where each of its letters came from.
struct ScriptBlock: Sendable {
    enum Kind: Hashable, Sendable {
        /// Commands. Strict when nothing else can be meant: prose is then not looked for.
        case shell(isStrict: Bool)
        /// JSON or YAML.
        case document
        /// Python.
        case program
        case other
    }

    let paper: Int
    let kind: Kind
    let bytes: [UInt8]
    let lines: LineTable
    /// Where each line's first letter stands in the text.
    let origins: [Int]
    /// What every line of the text begins with.
    let indent: String
    let newline: String
    /// Commands are printed behind `$ `, and what they answer without it.
    let hasPrompts: Bool

    init(_ text: ScriptText, paper: Int, kind: Kind, lines range: Range<Int>, indent: Int = 0) {
        self.paper = paper
        self.kind = kind
        var bytes: [UInt8] = []
        var starts: [Int] = []
        var origins: [Int] = []
        var hasPrompts = false
        for number in range {
            let line = text.range(ofLine: number)
            let blank = text.bytes[line].prefix(indent).prefix { $0.isBlank }.count
            let kept = text.bytes[line].dropFirst(blank)
            starts.append(bytes.count)
            origins.append(kept.startIndex)
            hasPrompts = hasPrompts || kept.starts(with: "$ ".utf8)
            bytes += kept
            if number + 1 < range.upperBound { bytes.append(.newline) }
        }
        self.bytes = bytes
        lines = LineTable(starts: starts.isEmpty ? [0] : starts)
        self.origins = origins.isEmpty ? [0] : origins
        self.indent = String(repeating: " ", count: indent)
        newline = text.newline
        self.hasPrompts = hasPrompts
    }

    /// Where a letter of the block stands in the text.
    func origin(_ offset: Int) -> Int {
        let line = lines.line(at: offset)
        return origins[line] + offset - lines.starts[line]
    }

    /// A line of the block, counted from 0, without its end.
    func range(ofLine line: Int) -> Range<Int> {
        let end = line + 1 < lines.starts.count ? lines.starts[line + 1] - 1 : bytes.count
        return lines.starts[line]..<max(lines.starts[line], end)
    }

    func edit(_ range: Range<Int>, _ replacement: String) -> TextEdit {
        let lines = replacement.split(separator: "\n", omittingEmptySubsequences: false)
        return TextEdit(
            paper: paper, range: origin(range.lowerBound)..<origin(range.upperBound),
            replacement: lines.joined(separator: newline + indent))
    }

    /// New lines in front of the line of a place, as far to the right as it.
    func insertion(_ lines: [String], before offset: Int) -> TextEdit {
        let line = range(ofLine: self.lines.line(at: offset))
        let margin = margin(of: line)
        return edit(line.lowerBound..<line.lowerBound, lines.map { margin + $0 + "\n" }.joined())
    }

    /// New lines behind the line of a place.
    func insertion(_ lines: [String], after offset: Int) -> TextEdit {
        let line = range(ofLine: self.lines.line(at: offset))
        return edit(line.upperBound..<line.upperBound, lines.map { "\n" + margin(of: line) + $0 }.joined())
    }

    private func margin(of line: Range<Int>) -> String {
        let margin = bytes.text(line.lowerBound..<(line.lowerBound + bytes[line].prefix { $0.isBlank }.count))
        return margin + (hasPrompts ? "$ " : "")
    }
}
