package import Core
package import Crypto
internal import Files

/// A private key in a file of its own that only its owner may read, its public half beside it.
package enum KeyFile {
    private static let bytesMax = 64 << 10

    /// Writes `path` and `path.pub`; never over another key.
    package static func write(_ key: PrivateKey, to path: String, passphrase: String?) throws(Fault) {
        guard FileAccess.facts(path) == nil else {
            throw Fault(
                .invalid, "\(path) is there already", hint: "a key that is overwritten is lost: choose another name")
        }
        try FileAccess.writeDurably(key.pem(passphrase: passphrase), to: path, mode: 0o600)
        try FileAccess.writeDurably(Array(key.publicKey.pem.utf8), to: path + ".pub")
    }

    package static func read(_ path: String, passphrase: String?) throws(Fault) -> PrivateKey {
        let bytes = try FileAccess.read(path, limit: bytesMax)
        do throws(PrivateKey.Refusal) {
            return try PrivateKey(pem: bytes, passphrase: passphrase)
        } catch {
            switch error {
            case .needsPassphrase:
                throw Fault(.invalid, "\(path) is locked", hint: "give its passphrase with --passphrase-file")
            case .wrongPassphrase: throw Fault(.invalid, "the passphrase does not open \(path)")
            case .notAKey:
                throw Fault(
                    .invalid, "\(path) is not a private key that can be used here",
                    hint: "make one with `lineside release keygen`")
            }
        }
    }

    package static func readPublic(_ path: String) throws(Fault) -> PublicKey {
        let text = String(decoding: try FileAccess.read(path, limit: bytesMax), as: UTF8.self)
        guard let key = PublicKey(pem: text) else {
            throw Fault(.invalid, "\(path) is not a public key in PEM", hint: "give the .pub file that keygen wrote")
        }
        return key
    }
}

/// The private keys that are at hand.
package struct KeyRing: Sendable {
    package private(set) var keys: [PrivateKey] = []

    package init() {}

    /// All keys of a folder that can be opened, and those named besides, which must open.
    package init(folder: String, and files: [String], passphrase: String?) throws(Fault) {
        for name in FileAccess.isFolder(folder) ? try FileAccess.names(in: folder) : [] where name.hasSuffix(".pem") {
            if let key = try? KeyFile.read("\(folder)/\(name)", passphrase: passphrase) { keys.append(key) }
        }
        for file in files { keys.append(try KeyFile.read(file, passphrase: passphrase)) }
    }

    package mutating func add(_ key: PrivateKey) { keys.append(key) }
}
