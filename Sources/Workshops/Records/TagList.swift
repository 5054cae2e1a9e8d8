package import Core

/// Tags that a record holds itself, as `[{Key, Value}]`.
package enum TagList {
    /// A key that comes again has its new value.
    package static func adding(_ added: [Datum], to tags: [Datum]) -> [Datum] {
        removing(added.compactMap { $0["Key"]?.text }, from: tags) + added
    }

    package static func removing(_ keys: [String], from tags: [Datum]) -> [Datum] {
        let gone = Set(keys)
        return tags.filter { !gone.contains($0["Key"]?.text ?? "") }
    }
}
