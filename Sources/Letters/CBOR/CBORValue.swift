/// A value as CBOR holds it (RFC 8949): what a `Datum` is, and bytes and times, which a document of JSON cannot tell
/// from texts and numbers.
package enum CBORValue: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package let key: String
        package let value: CBORValue

        package init(_ key: String, _ value: CBORValue) {
            self.key = key
            self.value = value
        }
    }

    case null
    case bool(Bool)
    case whole(Int)
    case number(Double)
    case text(String)
    case bytes([UInt8])
    /// Seconds since 1970, as tag 1 has them.
    case time(Double)
    case list([CBORValue])
    /// In the order they were written; no key comes twice.
    case map([Member])

    /// Reads the one value that these bytes are. What CBOR has beside is refused: keys that are no texts, and tags but
    /// for a time's.
    package init(parsing bytes: [UInt8]) throws(CBORRefusal) {
        var composer = try CBORComposer(bytes)
        self = try composer.document()
    }

    /// With definite lengths, and numbers as short as they come back the same.
    package var encoded: [UInt8] {
        let writer = CBORWriter()
        writer.value(self)
        return writer.bytes
    }

    /// What it is called when something else was expected.
    package var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .whole: "a whole number"
        case .number: "a number"
        case .text: "a string"
        case .bytes: "bytes"
        case .time: "a time"
        case .list: "a list"
        case .map: "an object"
        }
    }
}
