internal import Core
internal import Crypto
internal import Depot

/// A file that a document names: where it belongs, and which bytes it is.
struct FileReference: Hashable, Sendable {
    let path: String
    let digest: SHA256Digest
    let bytes: Int

    init(path: String, digest: SHA256Digest, bytes: Int) {
        self.path = path
        self.digest = digest
        self.bytes = bytes
    }

    init(_ datum: Datum?, at place: String) throws(Fault) {
        let reader = try DatumReader(datum, at: place, keys: ["path", "sha256", "bytes"])
        guard let path = try reader.text("path"), Self.isPlain(path),
            let digest = try reader.text("sha256").flatMap(SHA256Digest.init(parsing:)),
            let bytes = try reader.whole("bytes", in: 0...1 << 50)
        else { throw Fault(.invalid, "\(place) needs path (inside its folder), sha256 and bytes") }
        self.init(path: path, digest: digest, bytes: bytes)
    }

    /// Stays inside the folder that it is put into.
    private static func isPlain(_ path: String) -> Bool {
        path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
            !$0.isEmpty && $0 != "." && $0 != ".."
        }
    }

    var datum: Datum { ["path": .text(path), "sha256": .text("\(digest)"), "bytes": .whole(bytes)] }
    var blob: BlobReference { BlobReference(digest, length: bytes) }
}
