package import Core

/// The one way to write a document, so that a signature over it means the same everywhere: OLPC's canonical JSON.
///
/// > canonical JSON ... as described in [Canonical JSON specification](http://wiki.laptop.org/go/Canonical_JSON).
/// <https://theupdateframework.github.io/specification/latest/#metaformat>
package enum CanonicalJSON {
    package static func bytes(_ value: Datum) throws(Fault) -> [UInt8] {
        var text: [UInt8] = []
        try append(value, to: &text)
        return text
    }

    private static func append(_ value: Datum, to text: inout [UInt8]) throws(Fault) {
        switch value {
        case .null: text += Array("null".utf8)
        case .bool(let value): text += Array((value ? "true" : "false").utf8)
        case .whole(let value): text += Array(String(value).utf8)
        case .number(let value):
            throw Fault(.malformed, "\(value) cannot be signed: canonical JSON has whole numbers alone")
        case .text(let value): quote(value, to: &text)
        case .list(let list): try append(list, to: &text)
        case .map(let map): try append(map, to: &text)
        }
    }

    private static func append(_ list: [Datum], to text: inout [UInt8]) throws(Fault) {
        text.append(UInt8(ascii: "["))
        for (place, element) in list.enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            try append(element, to: &text)
        }
        text.append(UInt8(ascii: "]"))
    }

    /// Members in the order of their bytes, which is that of their code points.
    private static func append(_ map: DatumMap, to text: inout [UInt8]) throws(Fault) {
        text.append(UInt8(ascii: "{"))
        let members = map.members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        for (place, member) in members.enumerated() {
            if place > 0 { text.append(UInt8(ascii: ",")) }
            quote(member.key, to: &text)
            text.append(UInt8(ascii: ":"))
            try append(member.value, to: &text)
        }
        text.append(UInt8(ascii: "}"))
    }

    /// Only the quote and the backslash are escaped; everything else, line ends included, stands for itself.
    private static func quote(_ string: String, to text: inout [UInt8]) {
        text.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { text.append(UInt8(ascii: "\\")) }
            text.append(byte)
        }
        text.append(UInt8(ascii: "\""))
    }
}
