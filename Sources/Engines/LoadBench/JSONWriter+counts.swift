internal import JSON

extension JSONWriter {
    /// Counts under the names that `text` gives them, in the order of those.
    mutating func member<Key>(_ name: String, _ counts: [Key: Int], text: (Key) -> String) {
        key(name)
        beginObject()
        for (name, count) in counts.map({ (text($0.key), $0.value) }).sorted(by: { $0.0 < $1.0 }) {
            member(name, count)
        }
        endObject()
    }
}
