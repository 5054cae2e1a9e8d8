internal import Core
internal import Crypto
internal import Glibc

/// What a file is now.
enum FileDigest {
    private static let blockBytes = 1 << 20

    /// Its digest and length; a file of any size is read in pieces.
    static func of(_ path: String) throws(Fault) -> (digest: SHA256Digest, bytes: Int) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Fault.system("opening \(path)") }
        defer { close(file) }
        var sha = SHA256()
        var length = 0
        var block = [UInt8](repeating: 0, count: blockBytes)
        while true {
            let count = unsafe block.withUnsafeMutableBytes { unsafe read(file, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Fault.system("reading \(path)") }
            if count == 0 { return (sha.finish(), length) }
            unsafe block.withUnsafeBytes { unsafe sha.update(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            length += count
        }
    }
}
