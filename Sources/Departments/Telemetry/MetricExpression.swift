internal import Core

/// Arithmetic over lines: numbers, ids, `+ - * /`, brackets, and SUM, AVG, MIN, MAX of several lines.
struct MetricExpression {
    private static let depthMax = 32
    private indirect enum Term {
        case number(Double)
        case id(String)
        case apply(Character, Term, Term)
        case gather(String, [Term])
    }

    private let term: Term

    init(parsing text: String) throws(ServiceProblem) {
        var reader = Reader(rest: text[...])
        term = try reader.sum()
        guard reader.next == nil else { throw reader.refusal }
    }

    func line(over lines: [String: MetricQuery.Line]) throws(ServiceProblem) -> MetricQuery.Line {
        switch try Self.value(term, lines) {
        case .line(let line): return line
        case .number: throw MetricQuery.refusal("The expression must be over at least one metric.")
        }
    }

    private enum Value {
        case number(Double)
        case line(MetricQuery.Line)
    }

    private static func value(_ term: Term, _ lines: [String: MetricQuery.Line]) throws(ServiceProblem) -> Value {
        switch term {
        case .number(let number): return .number(number)
        case .id(let id):
            guard let line = lines[id] else {
                throw MetricQuery.refusal("The expression names \(id), and no query before it has that Id.")
            }
            return .line(line)
        case .apply(let sign, let left, let right):
            return join(try value(left, lines), try value(right, lines)) { apply(sign, $0, $1) }
        case .gather(let word, let terms):
            var all: [MetricQuery.Line] = []
            for term in terms { if case .line(let line) = try value(term, lines) { all.append(line) } }
            return .line(gather(word, all))
        }
    }

    /// Where both have a value; what cannot be divided has none.
    private static func join(_ left: Value, _ right: Value, _ body: (Double, Double) -> Double?) -> Value {
        switch (left, right) {
        case (.number(let left), .number(let right)): .number(body(left, right) ?? .nan)
        case (.line(let line), .number(let number)): .line(line.compactMapValues { body($0, number) })
        case (.number(let number), .line(let line)): .line(line.compactMapValues { body(number, $0) })
        case (.line(let left), .line(let right)):
            .line(
                MetricQuery.Line(
                    left.compactMap { at, value in right[at].flatMap { body(value, $0) }.map { (at, $0) } }
                ) { $1 })
        }
    }

    private static func apply(_ sign: Character, _ left: Double, _ right: Double) -> Double? {
        switch sign {
        case "+": left + right
        case "-": left - right
        case "*": left * right
        default: right == 0 ? nil : left / right
        }
    }

    private static func gather(_ word: String, _ lines: [MetricQuery.Line]) -> MetricQuery.Line {
        var values: [Int64: [Double]] = [:]
        for line in lines { for (at, value) in line { values[at, default: []].append(value) } }
        return values.compactMapValues { values in
            switch word {
            case "SUM": values.reduce(0, +)
            case "AVG": values.reduce(0, +) / Double(values.count)
            case "MIN": values.min()
            default: values.max()
            }
        }
    }

    // MARK: reading

    private struct Reader {
        var rest: Substring
        var depth = 0

        var next: Character? {
            mutating get {
                while rest.first?.isWhitespace ?? false { rest.removeFirst() }
                return rest.first
            }
        }

        var refusal: ServiceProblem {
            MetricQuery.refusal(
                "Error in expression near '\(rest.prefix(40))': it may hold numbers, ids, + - * /, brackets, SUM, AVG, MIN and MAX."
            )
        }

        mutating func sum() throws(ServiceProblem) -> Term {
            var term = try product()
            while let sign = next, sign == "+" || sign == "-" {
                rest.removeFirst()
                term = .apply(sign, term, try product())
            }
            return term
        }

        mutating func product() throws(ServiceProblem) -> Term {
            var term = try one()
            while let sign = next, sign == "*" || sign == "/" {
                rest.removeFirst()
                term = .apply(sign, term, try one())
            }
            return term
        }

        mutating func one() throws(ServiceProblem) -> Term {
            guard let first = next else { throw refusal }
            if first == "(" { return try deeper { reader throws(ServiceProblem) in try reader.bracket() } }
            if first == "-" {
                rest.removeFirst()
                return .apply("-", .number(0), try deeper { reader throws(ServiceProblem) in try reader.one() })
            }
            let word = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".") }
            guard !word.isEmpty else { throw refusal }
            rest = rest.dropFirst(word.count)
            if let number = Double(word) { return .number(number) }
            guard next == "(" else { return .id(String(word)) }
            guard ["SUM", "AVG", "MIN", "MAX"].contains(word) else { throw refusal }
            return .gather(String(word), try deeper { reader throws(ServiceProblem) in try reader.list() })
        }

        private mutating func deeper<Found>(
            _ body: (inout Reader) throws(ServiceProblem) -> Found
        ) throws(ServiceProblem) -> Found {
            depth += 1
            guard depth <= MetricExpression.depthMax else { throw refusal }
            defer { depth -= 1 }
            return try body(&self)
        }

        private mutating func bracket() throws(ServiceProblem) -> Term {
            rest.removeFirst()
            let term = try sum()
            guard next == ")" else { throw refusal }
            rest.removeFirst()
            return term
        }

        /// `(m1, m2)` or `([m1, m2])`.
        private mutating func list() throws(ServiceProblem) -> [Term] {
            rest.removeFirst()
            let isArray = next == "["
            if isArray { rest.removeFirst() }
            var terms = [try sum()]
            while next == "," {
                rest.removeFirst()
                terms.append(try sum())
            }
            if isArray {
                guard next == "]" else { throw refusal }
                rest.removeFirst()
            }
            guard next == ")" else { throw refusal }
            rest.removeFirst()
            return terms
        }
    }
}
