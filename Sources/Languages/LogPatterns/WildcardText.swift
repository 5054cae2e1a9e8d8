/// A text in which a star stands for anything, also for nothing.
package struct WildcardText: Hashable, Sendable {
    /// What stands between the stars.
    private let pieces: [String]

    init(_ text: some StringProtocol) {
        pieces = text.split(separator: "*", omittingEmptySubsequences: false).map { String($0) }
    }

    func matches(_ text: some StringProtocol) -> Bool {
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else { return text == pieces.joined() }
        guard text.hasPrefix(first) else { return false }
        var rest = Substring(text).dropFirst(first.count)
        guard rest.hasSuffix(last) else { return false }
        rest = rest.dropLast(last.count)
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let place = rest.firstRange(of: piece) else { return false }
            rest = rest[place.upperBound...]
        }
        return true
    }
}
