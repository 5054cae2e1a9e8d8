internal import Core

/// A query's parameters as they were sent, decoded when asked for.
struct SignedQuery {
    struct Parameter {
        let name: Substring
        /// Still encoded; nil without an equals sign.
        let value: Substring?

        var text: String? { value.map { String(decoding: PercentText.decoded($0.utf8), as: UTF8.self) } }
    }

    private let pairs: [Substring]

    init(_ query: String) { pairs = query.split(separator: "&") }

    /// Nil also where it is given twice: which of the two would count?
    subscript(_ name: String) -> String? {
        let found = parameters.filter { $0.name == name && $0.value != nil }
        return found.count == 1 ? found[0].text : nil
    }

    func has(_ name: String) -> Bool { parameters.contains { $0.name == name } }

    func without(_ name: String) -> String { pairs.filter { !$0.hasPrefix(name + "=") }.joined(separator: "&") }

    var parameters: [Parameter] {
        pairs.map { pair in
            let mark = pair.firstIndex(of: "=")
            return Parameter(
                name: pair[..<(mark ?? pair.endIndex)], value: mark.map { pair[pair.index(after: $0)...] })
        }
    }
}
