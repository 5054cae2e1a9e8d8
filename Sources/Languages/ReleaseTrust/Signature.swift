internal import Core

/// One signature of a document.
package struct Signature: Hashable, Sendable {
    package let keyID: String
    package let bytes: [UInt8]

    package init(keyID: String, bytes: [UInt8]) {
        self.keyID = keyID
        self.bytes = bytes
    }

    // > The KEYID MUST be unique in the "signatures" array: multiple signatures with the same keyid are not allowed.
    // <https://theupdateframework.github.io/specification/latest/#role-envelope>
    static func list(_ reader: MetadataReader) throws(Fault) -> [Signature] {
        var list: [Signature] = []
        var seen: Set<String> = []
        for element in try reader.list() {
            let id = try element.member("keyid").text()
            guard seen.insert(id).inserted else {
                throw Fault(.malformed, "\(reader.path) holds two signatures by the key \(id)")
            }
            // A signature that cannot be read is one that does not count.
            let text = try element.member("sig").text()
            list.append(Signature(keyID: id, bytes: Hexadecimal.bytes(text) ?? []))
        }
        return list
    }
}
