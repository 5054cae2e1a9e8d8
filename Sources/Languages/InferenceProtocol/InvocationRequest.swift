package import JSON

/// The body of `POST /invocations`: rows of features, as JSON instances or as CSV.
package struct InvocationRequest {
    /// Row after row; doubles, because the answer echoes what was sent.
    package let values: [Double]
    package let rows: Int

    /// A failure in the words of the recipe's container.
    package struct Refusal: Error, Hashable, Sendable {
        package let message: String
    }

    package static func invalid(_ text: String) -> Refusal { Refusal(message: "Invalid input: \(text)") }

    /// `{"instances": [...]}`, each instance flat or nested, of `features` numbers.
    package init(json root: JSONNode, features: Int, mayNest: Bool) throws(Refusal) {
        guard root.kind == .object, let list = root["instances"] else {
            throw Refusal(message: "Input must contain \"instances\" key")
        }
        guard list.kind == .array else { throw Self.invalid("Input must be a list of feature arrays") }
        var values: [Double] = []
        var rows = 0
        if list.packed != nil { throw Self.wrongCount(0, features) }
        try list.forEachElement { instance throws(Refusal) in
            let before = values.count
            guard instance.kind == .array, mayNest && instance.isNested || instance.count == features else {
                throw Self.wrongCount(rows, features)
            }
            try Self.collect(instance, row: rows, mayNest, into: &values)
            guard values.count - before == features else { throw Self.wrongCount(rows, features) }
            rows += 1
        }
        try Self.check(values, features: features)
        self.values = values
        self.rows = rows
    }

    private static func wrongCount(_ row: Int, _ features: Int) -> Refusal {
        invalid("Instance \(row) must have exactly \(features) features")
    }

    private static func collect(_ node: JSONNode, row: Int, _ mayNest: Bool, into values: inout [Double])
        throws(Refusal)
    {
        if let packed = node.packed {
            for place in 0..<packed.count { values.append(packed.double(place)) }
            return
        }
        var failure: Refusal?
        node.forEachElement { element in
            guard failure == nil else { return }
            if let number = element.double {
                values.append(number)
            } else if mayNest, element.kind == .array {
                do throws(Refusal) { try collect(element, row: row, mayNest, into: &values) } catch { failure = error }
            }
            // Python counts True and False among the numbers.
            else if let flag = element.bool {
                values.append(flag ? 1 : 0)
            } else {
                failure = invalid("Instance \(row) contains non-numeric values")
            }
        }
        if let failure { throw failure }
    }

    private static func check(_ values: [Double], features: Int) throws(Refusal) {
        guard let place = values.firstIndex(where: { !$0.isFinite || abs($0) > Double(Float.greatestFiniteMagnitude) })
        else { return }
        throw invalid("Instance \(place / max(1, features)) contains values that are not finite numbers")
    }

    /// Lines of comma-separated numbers; empty lines are passed over.
    package init(csv text: String, features: Int) throws(Refusal) {
        var values: [Double] = []
        var rows = 0
        for line in text.split(whereSeparator: \.isNewline) where line.contains(where: { !$0.isWhitespace }) {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            guard cells.count == features else { throw Self.wrongCount(rows, features) }
            for cell in cells {
                guard let number = Self.number(cell) else {
                    throw Self.invalid("Instance \(rows) contains non-numeric values")
                }
                values.append(number)
            }
            rows += 1
        }
        guard rows > 0 else { throw Self.invalid("Input must be a list of feature arrays") }
        try Self.check(values, features: features)
        self.values = values
        self.rows = rows
    }

    /// A decimal number between blanks; Python knows no hexadecimal fractions.
    private static func number(_ cell: Substring) -> Double? {
        let begun = cell.drop(while: \.isWhitespace)
        guard let last = begun.lastIndex(where: { !$0.isWhitespace }) else { return nil }
        let text = begun[...last]
        return text.contains { $0 == "x" || $0 == "X" } ? nil : Double(text)
    }
}
