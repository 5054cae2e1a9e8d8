internal import Core

/// A file inside a URI: `data:text/plain;base64,aGVsbG8=`. A name may be given as `;name=app.py`.
struct DataURI {
    let bytes: [UInt8]
    let name: String?

    /// What follows `data:`.
    init(_ text: Substring) throws(Fault) {
        guard let comma = text.firstIndex(of: ",") else {
            throw Fault(
                .invalid, "the data: URI has no comma before its content", hint: "write data:text/plain;base64,...")
        }
        let settings = text[..<comma].split(separator: ";")
        let content = text[text.index(after: comma)...]
        name = settings.first { $0.hasPrefix("name=") }.flatMap { Self.name($0.dropFirst(5)) }
        if settings.contains(where: { $0.lowercased() == "base64" }) {
            guard let bytes = Base64.bytes(content) else {
                throw Fault(.invalid, "the content of the data: URI is not base64")
            }
            self.bytes = bytes
        } else {
            guard let bytes = Self.plain(content) else {
                throw Fault(.invalid, "the content of the data: URI has a % that no two hexadecimal digits follow")
            }
            self.bytes = bytes
        }
    }

    var source: ArtifactSource { .inline(bytes, name: name) }

    private static func name(_ text: Substring) -> String? {
        let name = plain(text).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return name.isEmpty || name.contains("/") || name == "." || name == ".." ? nil : name
    }

    /// Percent signs taken out.
    private static func plain(_ text: Substring) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return bytes
    }
}
