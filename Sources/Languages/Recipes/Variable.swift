/// A variable in a text: `{artifacts:path}`, `{configuration:/port}`, or another component's `{com.x:configuration:/port}`.
package struct Variable: Hashable, Sendable {
    /// Nil for the component's own.
    package let component: String?
    package let space: String
    package let key: String

    /// A text as it is read once from left to right; what a variable stands for is not looked at again.
    enum Piece: Hashable { case letters(Substring), variable(Variable, Substring) }

    static func isIn(_ text: String) -> Bool {
        pieces(of: text).contains { if case .variable = $0 { true } else { false } }
    }

    static func pieces(of text: String) -> [Piece] {
        var pieces: [Piece] = []
        var letters = text.startIndex
        var place = text.startIndex
        while let open = text[place...].firstIndex(of: "{") {
            place = text.index(after: open)
            guard let (variable, end) = read(text, from: place) else { continue }
            if letters < open { pieces.append(.letters(text[letters..<open])) }
            pieces.append(.variable(variable, text[open..<end]))
            letters = end
            place = end
        }
        if letters < text.endIndex { pieces.append(.letters(text[letters...])) }
        return pieces
    }

    /// `word:key}` or `word:word:key}`, where a key holds neither colon nor brace.
    private static func read(_ text: String, from start: String.Index) -> (Variable, end: String.Index)? {
        guard let (first, next) = word(text, from: start) else { return nil }
        let (second, after) = word(text, from: next) ?? ("", next)
        let keyStart = second.isEmpty ? next : after
        guard let end = text[keyStart...].firstIndex(where: { $0 == ":" || $0 == "}" }), text[end] == "}" else {
            return nil
        }
        let key = String(text[keyStart..<end])
        let variable =
            second.isEmpty
            ? Variable(component: nil, space: first, key: key) : Variable(component: first, space: second, key: key)
        return (variable, text.index(after: end))
    }

    /// Letters up to a colon.
    private static func word(_ text: String, from start: String.Index) -> (String, next: String.Index)? {
        guard let colon = text[start...].firstIndex(of: ":"), colon > start else { return nil }
        let word = text[start..<colon]
        guard word.utf8.allSatisfy(ComponentName.isAllowed) else { return nil }
        return (String(word), text.index(after: colon))
    }
}
