internal import Core
internal import Database
internal import Files
internal import Glibc

/// Frames as files: whole or not there, but not forced to the disk, since a power cut may take the newest ones.
enum FrameFile {
    /// Files that were being written when the power went have this in front.
    private static let half = ".new-"

    static func write(_ bytes: [UInt8], _ name: FrameName, in folder: String) throws(Fault) {
        let (target, half) = ("\(folder)/\(name)", "\(folder)/\(half)\(name)")
        do throws(Fault) {
            try fill(half, bytes)
            guard unsafe rename(half, target) == 0 else { throw fault("renaming \(half)", errno) }
        } catch {
            unsafe unlink(half)
            throw error
        }
    }

    private static func fill(_ path: String, _ bytes: [UInt8]) throws(Fault) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw fault("creating \(path)", errno) }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress?.advanced(by: written), bytes.count - written)
            }
            guard count > 0 else { throw fault("writing \(path)", errno) }
            written += count
        }
    }

    private static func fault(_ doing: String, _ reason: Int32) -> Fault {
        let told = Fault.system(doing, errno: reason)
        return [ENOSPC, EDQUOT].contains(reason) ? Fault(.diskFull, told.message) : told
    }

    static func remove(_ name: FrameName, in folder: String) { unsafe _ = unlink("\(folder)/\(name)") }

    /// What a folder holds; halves of frames are cleared away, and files that are not ours are left alone.
    static func scan(_ folder: String) throws(Fault) -> [FrameShelf.Frame] {
        var frames: [FrameShelf.Frame] = []
        for name in try FileAccess.names(in: folder, hidden: true) {
            if name.hasPrefix(half) {
                unsafe unlink("\(folder)/\(name)")
            } else if let ours = FrameName(parsing: name), let facts = FileAccess.facts("\(folder)/\(name)") {
                frames.append(FrameShelf.Frame(name: ours, bytes: facts.bytes))
            }
        }
        return frames
    }
}
