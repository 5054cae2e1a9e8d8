internal import Core

/// What a composite alarm is judged by: `ALARM("press too hot") AND NOT (OK(line) OR FALSE)`.
struct AlarmRule: Hashable, Sendable {
    private static let depthMax = 32
    private static let elementsMax = 500

    private indirect enum Term: Hashable, Sendable {
        case always(Bool)
        case state(AlarmValue, String)
        case not(Term)
        case all([Term])
        case any([Term])
    }

    private let term: Term
    /// The alarms that it names, by their names or ARNs, each once.
    let alarms: [String]

    init(parsing text: String) throws(ServiceProblem) {
        var reader = Reader(rest: text[...])
        term = try reader.either()
        guard reader.next == nil else { throw reader.refusal }
        alarms = reader.alarms
    }

    /// `value`: what an alarm is in.
    func holds(_ value: (String) -> AlarmValue) -> Bool { Self.holds(term, value) }

    private static func holds(_ term: Term, _ value: (String) -> AlarmValue) -> Bool {
        switch term {
        case .always(let word): word
        case .state(let state, let alarm): value(alarm) == state
        case .not(let term): !holds(term, value)
        case .all(let terms): terms.allSatisfy { holds($0, value) }
        case .any(let terms): terms.contains { holds($0, value) }
        }
    }

    // MARK: reading

    private struct Reader {
        var rest: Substring
        var alarms: [String] = []
        private var depth = 0
        private var elements = 0

        init(rest: Substring) { self.rest = rest }

        var next: Character? {
            mutating get {
                rest = rest.drop(while: \.isWhitespace)
                return rest.first
            }
        }

        var refusal: ServiceProblem {
            ServiceProblem(
                "ValidationException",
                "AlarmRule is not valid near '\(rest.prefix(40))': it may hold ALARM(name), OK(name), "
                    + "INSUFFICIENT_DATA(name), TRUE, FALSE, AND, OR, NOT and brackets.")
        }

        mutating func either() throws(ServiceProblem) -> Term {
            var terms = [try both()]
            while takes("OR") { terms.append(try both()) }
            return terms.count == 1 ? terms[0] : .any(terms)
        }

        private mutating func both() throws(ServiceProblem) -> Term {
            var terms = [try one()]
            while takes("AND") { terms.append(try one()) }
            return terms.count == 1 ? terms[0] : .all(terms)
        }

        private mutating func one() throws(ServiceProblem) -> Term {
            depth += 1
            elements += 1
            guard depth <= AlarmRule.depthMax, elements <= AlarmRule.elementsMax else {
                throw ServiceProblem(
                    "ValidationException",
                    "AlarmRule may have \(AlarmRule.elementsMax) elements, \(AlarmRule.depthMax) deep.")
            }
            defer { depth -= 1 }
            if takes("NOT") { return .not(try one()) }
            if takes("TRUE") { return .always(true) }
            if takes("FALSE") { return .always(false) }
            for state in AlarmValue.allCases where takes(state.rawValue) { return .state(state, try alarm()) }
            guard next == "(" else { throw refusal }
            rest.removeFirst()
            let term = try either()
            try close()
            return term
        }

        /// Takes a word, in whatever letters, if it comes next and nothing longer begins with it.
        private mutating func takes(_ word: String) -> Bool {
            guard next != nil else { return false }
            let found = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            guard found.uppercased() == word else { return false }
            rest = rest.dropFirst(found.count)
            return true
        }

        /// `("name")` or `(name)`.
        private mutating func alarm() throws(ServiceProblem) -> String {
            guard next == "(" else { throw refusal }
            rest.removeFirst()
            let name = next == "\"" ? try quoted() : plain()
            guard !name.isEmpty else { throw refusal }
            try close()
            if !alarms.contains(name) { alarms.append(name) }
            return name
        }

        private mutating func plain() -> String {
            let name = rest.prefix { !"()\",".contains($0) }
            rest = rest.dropFirst(name.count)
            let end = name.lastIndex { !$0.isWhitespace }
            return end.map { String(name[...$0]) } ?? ""
        }

        /// Marks and strokes within a name have a stroke before them.
        private mutating func quoted() throws(ServiceProblem) -> String {
            rest.removeFirst()
            var name = ""
            while let letter = rest.popFirst(), letter != "\"" {
                guard let letter = letter == "\\" ? rest.popFirst() : letter else { break }
                name.append(letter)
                if rest.isEmpty { throw refusal }
            }
            return name
        }

        private mutating func close() throws(ServiceProblem) {
            guard next == ")" else { throw refusal }
            rest.removeFirst()
        }
    }
}
