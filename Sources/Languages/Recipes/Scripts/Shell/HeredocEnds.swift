/// Where the lines stand that can end a heredoc, found once for a whole block.
struct HeredocEnds {
    private var plain: [String: [Int]] = [:]
    private var indented: [String: [Int]] = [:]
    private let starts: [Int]

    /// Nobody ends a file with a longer word.
    private static let wordBytesMax = 64

    init(_ block: ScriptBlock) {
        starts = block.lines.starts
        for line in starts.indices {
            let range = block.range(ofLine: line)
            let blank = block.bytes[range].prefix { $0.isBlank }.count
            let word = block.bytes[range].dropFirst(blank)
            guard let first = word.first, first.isNameLetter || first == UInt8(ascii: "-"),
                word.count <= Self.wordBytesMax,
                !word.contains(where: \.isBlank)
            else { continue }
            let text = String(decoding: word, as: UTF8.self)
            if blank == 0 { plain[text, default: []].append(line) } else { indented[text, default: []].append(line) }
        }
    }

    /// The line that ends a heredoc whose first line may be `line`.
    func end(of heredoc: Heredoc, from line: Int, _ offset: Int) -> (line: Int, isIndented: Bool)? {
        let exact = Self.first(plain[heredoc.delimiter], from: line)
        guard exact == nil || heredoc.dropsTabs else { return exact.map { ($0, false) } }
        let loose = Self.first(indented[heredoc.delimiter], from: line)
        if heredoc.dropsTabs { return [exact, loose].compactMap(\.self).min().map { ($0, false) } }
        return loose.map { ($0, true) }
    }

    private static func first(_ lines: [Int]?, from line: Int) -> Int? {
        guard let lines else { return nil }
        var low = 0
        var high = lines.count
        while low < high {
            let middle = (low + high) / 2
            if lines[middle] < line { low = middle + 1 } else { high = middle }
        }
        return low < lines.count ? lines[low] : nil
    }
}
