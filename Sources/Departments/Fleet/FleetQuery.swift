internal import Core

/// What a search asks of each thing: `attributes.site:berlin AND NOT connectivity.connected:true`.
/// <https://docs.aws.amazon.com/iot/latest/developerguide/query-syntax.html>
indirect enum FleetQuery: Hashable, Sendable {
    case everything
    case all([FleetQuery])
    case any([FleetQuery])
    case not(FleetQuery)
    case term(QueryField?, QueryTest)

    /// Nothing that is asked for is of another kind than those: a text that says nothing, or too much, is refused.
    init(parsing text: String) throws(QueryRefusal) {
        var reader = try QueryReader(text)
        self = try reader.read()
    }

    func matches(_ document: Datum) -> Bool {
        switch self {
        case .everything: true
        case .all(let parts): parts.allSatisfy { $0.matches(document) }
        case .any(let parts): parts.contains { $0.matches(document) }
        case .not(let part): !part.matches(document)
        case .term(let field, let test):
            test.accepts(field.map { $0.values(in: document) } ?? QueryField.everything(in: document))
        }
    }

    /// Whether any term looks at a field that begins so, or at all of them.
    func looks(at start: String) -> Bool {
        switch self {
        case .everything: false
        case .all(let parts), .any(let parts): parts.contains { $0.looks(at: start) }
        case .not(let part): part.looks(at: start)
        case .term(let field, _): field?.words.first.map { $0 == start } ?? true
        }
    }
}

/// Why a text is no query.
struct QueryRefusal: Error, Hashable, Sendable {
    let reason: String
}

/// A field by its name: `shadow.reported.stats.battery`.
struct QueryField: Hashable, Sendable {
    let words: [String]

    init(_ name: String) { words = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init) }

    /// Whatever stands there; each of several, where there is a list.
    func values(in document: Datum) -> [Datum] { Self.values(words[...], in: document) }

    private static func values(_ words: ArraySlice<String>, in value: Datum) -> [Datum] {
        if let list = value.list { return list.flatMap { values(words, in: $0) } }
        guard !words.isEmpty else { return value.isNull ? [] : [value] }
        guard let map = value.map else { return [] }
        // A name may have dots in it.
        return (1...words.count).flatMap { count -> [Datum] in
            let name = count == 1 ? words[words.startIndex] : words.prefix(count).joined(separator: ".")
            return map[name].map { values(words.dropFirst(count), in: $0) } ?? []
        }
    }

    /// What a word is looked for in that names no field: everything but times, versions and whether somebody is there.
    static func everything(in document: Datum) -> [Datum] {
        guard let map = document.map else { return [] }
        return map.members.filter { $0.key != "connectivity" && $0.key != "registry" }.flatMap { leaves(of: $0.value) }
    }

    private static func leaves(of value: Datum) -> [Datum] {
        switch value {
        case .map(let map):
            map.members.filter { $0.key != "metadata" && $0.key != "version" }.flatMap { leaves(of: $0.value) }
        case .list(let list): list.flatMap { leaves(of: $0) }
        case .null: []
        default: [value]
        }
    }
}
