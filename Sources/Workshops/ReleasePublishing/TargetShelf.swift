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
        if let end = path.lastIndex(of: "/") { try FileAccess.makeFolder(String(path[..<end])) }
        try FileAccess.moveDurably(half, to: path)
        return (digest, length)
    }

    private func copy(_ file: String, to half: String) throws(Fault) -> (SHA256Digest, Int) {
        let input = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw Fault.system("opening \(file)") }
        defer { close(input) }
        let output = unsafe open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard output >= 0 else { throw Fault.system("creating \(half)") }
        defer { close(output) }
        var sha = SHA256()
        var block = [UInt8](repeating: 0, count: 1 << 20)
        var length = 0
        while true {
            let count = unsafe block.withUnsafeMutableBytes { unsafe read(input, $0.baseAddress, $0.count) }
            guard count >= 0 else { throw Fault.system("reading \(file)") }
            if count == 0 { break }
            unsafe block.withUnsafeBytes { unsafe sha.update(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) }
            let written = unsafe block.withUnsafeBytes { unsafe write(output, $0.baseAddress, count) }
            guard written == count else { throw Fault.system("writing \(half)") }
            length += count
        }
        guard fsync(output) == 0 else { throw Fault.system("writing \(half)") }
        return (sha.finish(), length)
    }
}
