package import Core
internal import Files
internal import Glibc
internal import ReleaseTrust

extension ReleaseClient {
    /// Puts a target at `path`, whole and checked, or not at all. A file that is there already and right is kept; one that
    /// was begun is gone on with.
    package func download(_ target: VerifiedTarget, to path: String) throws(Fault) {
        if try Self.isWhole(target, at: path) { return }
        let part = path + ".part"
        let begun = FileAccess.facts(part)?.bytes ?? 0
        do throws(Fault) {
            try fill(part, target, from: begun < target.length ? begun : 0)
        } catch {
            // What was cut is worth going on with; what is too long was never ours.
            if error.code == .tooLong { FileAccess.remove(part) }
            throw error
        }
        if try !Self.isWhole(target, at: part), begun > 0 {
            // What was begun may have been another file.
            try fill(part, target, from: 0)
        }
        guard try Self.isWhole(target, at: part) else {
            FileAccess.remove(part)
            throw Fault(
                .wrongDigest, "\"\(target.name)\" is not the file that was signed for",
                hint: "it was changed on its way, or in the repository; nothing was kept")
        }
        try FileAccess.moveDurably(part, to: path)
    }

    private func fill(_ path: String, _ target: VerifiedTarget, from offset: Int) throws(Fault) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else { throw Fault.system("creating \(path)") }
        defer { close(file) }
        guard ftruncate(file, offset) == 0 else { throw Fault.system("emptying \(path)") }
        unsafe try stream(target, from: offset) { bytes, place throws(Fault) in
            if place == 0, ftruncate(file, 0) != 0 { throw Fault.system("emptying \(path)") }
            unsafe try Self.put(bytes, at: place, in: file, path)
        }
        guard fsync(file) == 0 else { throw Fault.system("writing \(path)") }
    }

    private static func put(_ bytes: UnsafeRawBufferPointer, at place: Int, in file: Int32, _ path: String)
        throws(Fault)
    {
        var written = 0
        while written < bytes.count {
            let count = unsafe pwrite(
                file, bytes.baseAddress?.advanced(by: written), bytes.count - written, place + written)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Fault.system("writing \(path)") }
            written += count
        }
    }

    private static func isWhole(_ target: VerifiedTarget, at path: String) throws(Fault) -> Bool {
        guard let facts = FileAccess.facts(path), !facts.isFolder, facts.bytes == target.length else { return false }
        var check = DigestCheck(target.digests)
        unsafe try FileAccess.readPieces(path) { piece throws(Fault) in unsafe check.update(piece) }
        return check.holds()
    }
}
