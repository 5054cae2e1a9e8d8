internal import JSON

/// A member with its name, in one line.
extension JSONWriter {
    mutating func member(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    mutating func member(_ name: String, _ value: Int) {
        key(name)
        int(value)
    }

    mutating func member(_ name: String, _ value: Nanoseconds) {
        key(name)
        uint(value)
    }

    /// A number, or `null` for nil.
    mutating func member(_ name: String, _ value: Double?) {
        key(name)
        if let value { double(value) } else { null() }
    }

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
