internal import Core
internal import Crypto
internal import Files

/// What a file is now.
enum FileDigest {
    /// Its digest and length; a file of any size is read in pieces.
    static func of(_ path: String) throws(Fault) -> (digest: SHA256Digest, bytes: Int) {
        var sha = SHA256()
        var length = 0
        unsafe try FileAccess.readPieces(path) { piece throws(Fault) in
            unsafe sha.update(piece)
            length += piece.count
        }
        return (sha.finish(), length)
    }
}
