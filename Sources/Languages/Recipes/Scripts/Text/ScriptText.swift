/// One file as it was given, by its lines. Places are counted in bytes.
struct ScriptText: Sendable {
    let bytes: [UInt8]
    let lines: LineTable
    /// How its lines end.
    let newline: String

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        lines = LineTable(bytes)
        let first = bytes.firstIndex(of: .newline)
        newline = first.map { $0 > 0 && bytes[$0 - 1] == UInt8(ascii: "\r") ? "\r\n" : "\n" } ?? "\n"
    }

    /// A line, counted from 0, without its end.
    func range(ofLine line: Int) -> Range<Int> {
        let start = lines.starts[line]
        var end = line + 1 < lines.starts.count ? lines.starts[line + 1] - 1 : bytes.count
        if end > start, bytes[end - 1] == UInt8(ascii: "\r") { end -= 1 }
        return start..<end
    }

    var isScript: Bool { bytes.starts(with: "#!".utf8) }
}
