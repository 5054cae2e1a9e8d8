package import Core

/// Named documents of several kinds, as a value: read freely, changed in a draft that is kept whole or not at all.
package struct Records: Sendable {
    private var kinds: [String: [String: Datum]] = [:]
    /// What a draft has touched and not yet written.
    private(set) var touched: [Place] = []
    /// Goes up with every change: whoever makes something of documents knows by it whether they are still the same.
    package private(set) var revision = 0

    struct Place: Hashable, Sendable {
        let kind: String
        let key: String
    }

    package init() {}

    /// A document; setting nil takes it away.
    package subscript(_ kind: String, _ key: String) -> Datum? {
        get { kinds[kind]?[key] }
        set {
            kinds[kind, default: [:]][key] = newValue
            touched.append(Place(kind: kind, key: key))
            revision += 1
        }
    }

    package func count(_ kind: String) -> Int { kinds[kind]?.count ?? 0 }

    /// Keys of a kind in their order, those alone that begin with a prefix.
    package func keys(_ kind: String, prefix: String = "") -> [String] {
        let keys = kinds[kind]?.keys.filter { $0.utf8.starts(with: prefix.utf8) } ?? []
        return keys.sorted()
    }

    package func all(_ kind: String, prefix: String = "") -> [Datum] {
        keys(kind, prefix: prefix).compactMap { kinds[kind]?[$0] }
    }

    /// As read from a file: nothing of it is to be written.
    mutating func load(_ kind: String, _ key: String, _ value: Datum) { kinds[kind, default: [:]][key] = value }

    mutating func settle() { touched = [] }
}
