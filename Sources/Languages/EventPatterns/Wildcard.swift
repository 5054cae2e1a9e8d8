/// A text in which each `*` stands for any letters or none; `\*` and `\\` are a star and a backslash.
struct Wildcard: Hashable, Sendable {
    /// What stands before, between and after the stars.
    private let literals: [Literal]

    init(parsing text: String) throws(MatchComplaint) {
        let bytes = Array(text.utf8)
        var literals: [[UInt8]] = [[]]
        var place = 0
        while place < bytes.count {
            let next = place + 1 < bytes.count ? bytes[place + 1] : nil
            switch bytes[place] {
            case Self.star where next == Self.star:
                throw MatchComplaint("Consecutive wildcard characters at pos \(place + 1)")
            case Self.star: literals.append([])
            case Self.backslash:
                // Places are counted as EventBridge counts them, from the quote before the text.
                guard let next, next == Self.star || next == Self.backslash else {
                    throw MatchComplaint("Invalid escape character at pos \(place + 1)")
                }
                literals[literals.count - 1].append(next)
                place += 1
            case let byte: literals[literals.count - 1].append(byte)
            }
            place += 1
        }
        self.literals = literals.map(Literal.init)
    }

    private static let star = UInt8(ascii: "*")
    private static let backslash = UInt8(ascii: "\\")

    /// The ends are fixed, and what lies between is taken at its first place: a later one could not do better.
    func matches(_ text: String) -> Bool {
        let text = Array(text.utf8)
        guard let first = literals.first?.bytes, let last = literals.last?.bytes, text.starts(with: first) else {
            return false
        }
        if literals.count == 1 { return text.count == first.count }
        let end = text.count - last.count
        var place = first.count
        guard place <= end, text[end...].elementsEqual(last) else { return false }
        for literal in literals.dropFirst().dropLast() {
            guard let after = literal.end(in: text[place..<end]) else { return false }
            place = after
        }
        return true
    }
}
