/// Bytes by the letters they stand for.
extension UInt8 {
    static let newline = UInt8(ascii: "\n")
    static let backslash = UInt8(ascii: "\\")
    static let dollar = UInt8(ascii: "$")
    static let quote = UInt8(ascii: "\"")
    static let apostrophe = UInt8(ascii: "'")

    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }

    /// What names of variables are made of.
    var isNameLetter: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
}

extension [UInt8] {
    /// Where a word first stands in a part of the text.
    func range(of word: String, in part: Range<Int>) -> Range<Int>? {
        let letters = Array(word.utf8)
        guard let first = letters.first else { return nil }
        var at = part.lowerBound
        while at + letters.count <= part.upperBound {
            guard let start = self[at..<(part.upperBound - letters.count + 1)].firstIndex(of: first) else { return nil }
            if self[start..<(start + letters.count)].elementsEqual(letters) { return start..<(start + letters.count) }
            at = start + 1
        }
        return nil
    }

    /// Every place of a word, none over another.
    func ranges(of word: String, in part: Range<Int>) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var at = part.lowerBound
        while let range = range(of: word, in: at..<part.upperBound) {
            found.append(range)
            at = range.upperBound
        }
        return found
    }

    func text(_ part: Range<Int>) -> String { String(decoding: self[part], as: UTF8.self) }
    func has(_ word: String, at place: Int) -> Bool { place >= 0 && self[place...].starts(with: word.utf8) }
}

/// Where lines begin, and which of them a place is on.
struct LineTable: Sendable {
    let starts: [Int]

    init(_ bytes: [UInt8]) {
        var starts = [0]
        var rest = bytes[...]
        while let end = rest.firstIndex(of: .newline) {
            starts.append(end + 1)
            rest = rest[(end + 1)...]
        }
        self.starts = starts
    }

    init(starts: [Int]) { self.starts = starts }

    /// Counted from 0.
    func line(at offset: Int) -> Int {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return low
    }
}
