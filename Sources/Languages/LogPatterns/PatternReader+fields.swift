/// `[ip, ..., status = 4*, bytes > 1000]`.
extension PatternReader {
    private static let operandEnds = "&|(),]"

    mutating func fields() throws(LogPatternRefusal) -> FieldPattern {
        guard take("[") else { throw refusal("a pattern of fields begins with [") }
        if take("]") {
            guard isAtEnd else { throw refusal("a pattern of fields ends with ]") }
            return .everything
        }
        var before: [FieldPattern.Field] = []
        var after: [FieldPattern.Field]?
        repeat {
            if take("...") {
                guard after == nil else { throw refusal("there may be one ellipsis") }
                after = []
            } else if after == nil {
                before.append(try field())
            } else {
                after?.append(try field())
            }
        } while take(",")
        guard take("]"), isAtEnd else { throw refusal("a pattern of fields ends with ]") }
        return FieldPattern(before: before, after: after)
    }

    /// A name alone, or none, asks for nothing.
    private mutating func field() throws(LogPatternRefusal) -> FieldPattern.Field {
        if isFieldOver { return nil }
        let start = rest
        _ = take(while: Self.isOfName)
        if isFieldOver { return nil }
        rest = start
        var name: Substring?
        return try condition { reader throws(LogPatternRefusal) in
            reader.rest = reader.rest.trimmed
            let named = reader.take(while: Self.isOfName)
            guard !named.isEmpty else { throw reader.refusal("a field's name is missing") }
            guard name == nil || name == named else { throw reader.refusal("a field's conditions are about itself") }
            name = named
            let comparison = try reader.comparison()
            return FieldTest(comparison: comparison, operand: try reader.operand(comparison, until: Self.operandEnds))
        }
    }

    private var isFieldOver: Bool { rest.trimmed.first.map { $0 == "," || $0 == "]" } ?? false }

    private static func isOfName(_ letter: Character) -> Bool {
        letter.isLetter || letter.isNumber || letter == "_" || letter == "-"
    }
}
