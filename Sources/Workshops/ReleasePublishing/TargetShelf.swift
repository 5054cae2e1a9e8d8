internal import Core
internal import Crypto
internal import Files
internal import Glibc
internal import ReleaseTrust

/// The files of a repository's targets, each under its digest and its name.
struct TargetShelf {
    let folder: String

    init(_ folder: String) { self.folder = folder }

    /// Copies a file in and returns what to sign for: of the copy, not of a file that may change meanwhile.
    func take(_ file: String, as name: TargetName) throws(Fault) -> (SHA256Digest, Int) {
        let half = folder + "/.incoming"
        let (digest, length) = try copy(file, to: half)
        let path = "\(folder)/\(name.path(prefix: digest.description))"
        try FileAccess.makeFolder(PathName.folder(of: path))
        try FileAccess.moveDurably(half, to: path)
        return (digest, length)
    }

    private func copy(_ file: String, to half: String) throws(Fault) -> (SHA256Digest, Int) {
        let output = unsafe open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard output >= 0 else { throw Fault.system("creating \(half)") }
        defer { close(output) }
        var sha = SHA256()
        var length = 0
        unsafe try FileAccess.readPieces(file) { piece throws(Fault) in
            unsafe sha.update(piece)
            let written = unsafe write(output, piece.baseAddress, piece.count)
            guard written == piece.count else { throw Fault.system("writing \(half)") }
            length += piece.count
        }
        guard fsync(output) == 0 else { throw Fault.system("writing \(half)") }
        return (sha.finish(), length)
    }
}
