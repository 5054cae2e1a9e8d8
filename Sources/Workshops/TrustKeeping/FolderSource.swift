package import Core
internal import Files
internal import Glibc
internal import ReleaseTrust

/// A repository in two folders of this machine.
package struct FolderSource: ReleaseSource {
    package let metadata: String
    package let targets: String

    package init(metadata: String, targets: String) {
        self.metadata = metadata
        self.targets = targets
    }

    package func metadata(_ name: String, bytesMax: Int) throws(Fault) -> [UInt8]? {
        let path = "\(metadata)/\(name)"
        guard FileAccess.isFile(path) else { return nil }
        let bytes = try FileAccess.read(path, limit: bytesMax)
        guard bytes.count <= bytesMax else { throw Fault(.exhausted, "\(path) is longer than \(bytesMax) bytes") }
        return bytes
    }

    /// Names of targets are the owner's, and are not yet believed: they may not lead out of the folder.
    func file(_ path: String) throws(Fault) -> String {
        guard !path.split(separator: "/", omittingEmptySubsequences: false).contains("..") else {
            throw Fault(.invalid, "\"\(path)\" leads out of the repository")
        }
        return "\(targets)/\(path)"
    }

    package func target(
        _ path: String, bytesMax: Int, from offset: Int,
        take: @escaping (UnsafeRawBufferPointer, Int) throws(Fault) -> Void
    ) throws(Fault) {
        let path = try file(path)
        guard let facts = FileAccess.facts(path), !facts.isFolder else { throw Fault(.notFound, "there is no \(path)") }
        guard facts.bytes <= bytesMax else { throw Fault(.exhausted, "\(path) is longer than \(bytesMax) bytes") }
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Fault.system("opening \(path)") }
        defer { close(file) }
        var place = offset
        var block = [UInt8](repeating: 0, count: 256 << 10)
        while place < bytesMax {
            let count = unsafe block.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, place) }
            guard count >= 0 else { throw Fault.system("reading \(path)") }
            if count == 0 { return }
            let piece = Array(block.prefix(min(count, bytesMax - place)))
            try unsafe piece.withUnsafeBytes { bytes in
                Result { () throws(Fault) in unsafe try take(bytes, place) }
            }.get()
            place += piece.count
        }
    }
}
