internal import Core
internal import Crypto
internal import Files
internal import Glibc

/// A blob in the making: sealed chunk by chunk, and gone again unless it is kept.
final class BlobWriter {
    let name: String
    let key = SealingKey.minted()
    private let path: String
    private let file: Int32
    private var pending: [UInt8] = []
    private var chunks: UInt64 = 0
    private(set) var size = 0
    private var isKept = false

    init(_ name: String, at path: String) throws(Fault) {
        self.name = name
        self.path = path
        file = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw Fault.system("creating \(path)") }
        pending.reserveCapacity(BlobStore.chunkBytes)
    }

    deinit {
        Glibc.close(file)
        if !isKept { unsafe unlink(path) }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
        var rest = unsafe bytes
        size += bytes.count
        while unsafe !rest.isEmpty {
            let room = BlobStore.chunkBytes - pending.count
            unsafe pending.append(contentsOf: rest.prefix(room))
            unsafe rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(min(room, rest.count)))
            if pending.count == BlobStore.chunkBytes { try writeChunk() }
        }
    }

    private func writeChunk() throws(Fault) {
        let sealed = key.seal(chunk: pending, number: chunks)
        chunks += 1
        pending.removeAll(keepingCapacity: true)
        var written = 0
        while written < sealed.count {
            let count = unsafe sealed.withUnsafeBytes {
                unsafe Glibc.write(file, $0.baseAddress?.advanced(by: written), sealed.count - written)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Fault.system("writing \(path)") }
            written += count
        }
    }

    /// Comes back when the bytes and their name are on the disk.
    func keep(in store: BlobStore) throws(Fault) -> Blob {
        if !pending.isEmpty { try writeChunk() }
        guard fsync(file) == 0 else { throw Fault.system("writing \(path)") }
        try FileAccess.flushFolder(of: path)
        isKept = true
        return Blob(name: name, size: size, key: store.wrap(key, of: name))
    }
}
