package import Core

/// A secret in a file of its own, so that it is on no command line.
package enum TokenFile {
    package static func read(_ path: String?) throws(Fault) -> String? {
        guard let path else { return nil }
        guard FileAccess.isReadable(path) else { throw Fault(.notFound, "no token file at \(path)") }
        let text = String(decoding: try FileAccess.read(path, limit: 4096), as: UTF8.self)
        let token = String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
        guard !token.isEmpty else {
            throw Fault(.invalid, "the token file \(path) is empty", hint: "write a secret into it")
        }
        return token
    }
}
