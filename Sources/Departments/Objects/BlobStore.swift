internal import Core
internal import Crypto
internal import Files
internal import Glibc
internal import Synchronization

/// Sealed files. Each has a key of its own, which lies sealed under the hub's key with whoever names the file.
///
/// Concurrency: who reads a blob holds its name, under the lock; a blob that is to go meanwhile goes with its last reader.
final class BlobStore: Sendable {
    /// Sealed as one: what has to be read for a single byte.
    static let chunkBytes = 64 << 10

    private let folder: String
    private let seal: SealingKey
    private let held = Mutex<[String: (readers: Int, isDoomed: Bool)]>([:])

    init(_ folder: String, seal: SealingKey) throws(Fault) {
        self.folder = folder
        self.seal = seal
        try FileAccess.makeFolder(folder, mode: 0o700)
    }

    func path(_ name: String) -> String { "\(folder)/\(name.prefix(2))/\(name)" }

    /// A new blob to be written.
    func begin() throws(Fault) -> BlobWriter {
        let name = UniqueID.random()
        try FileAccess.makeFolder(PathName.folder(of: path(name)), mode: 0o700)
        return try BlobWriter(name, at: path(name))
    }

    /// A blob's key, as it may be written down.
    func wrap(_ key: SealingKey, of name: String) -> String { Base64.text(seal.seal(key.bytes, context: name)) }

    func key(of blob: Blob) throws(Fault) -> SealingKey {
        guard let bytes = Base64.bytes(blob.key).flatMap({ seal.open($0, context: blob.name) }),
            let key = SealingKey(bytes)
        else {
            throw Fault(
                .damaged, "the key of blob \(blob.name) cannot be opened", hint: "is it another hub's master.key?")
        }
        return key
    }

    func remove(_ blobs: [Blob]) {
        for blob in blobs {
            let isRead = held.withLock { held -> Bool in
                held[blob.name, default: (0, true)].isDoomed = true
                return held[blob.name]?.readers != 0
            }
            if !isRead { destroy(blob) }
        }
    }

    /// Keeps blobs for a reader; `notFound` when one of them is gone already, or about to go.
    func hold(_ blobs: [Blob]) throws(Fault) {
        let doomed = held.withLock { held -> Blob? in
            if let doomed = blobs.first(where: { held[$0.name]?.isDoomed == true }) { return doomed }
            for blob in blobs { held[blob.name, default: (0, false)].readers += 1 }
            return nil
        }
        if let doomed { throw Self.gone(doomed) }
        guard let missing = blobs.first(where: { !FileAccess.isFile(path($0.name)) }) else { return }
        release(blobs)
        throw Self.gone(missing)
    }

    func release(_ blobs: [Blob]) {
        for blob in blobs {
            let isDoomed = held.withLock { held -> Bool in
                guard let now = held[blob.name] else { return false }
                let isLast = now.readers == 1
                held[blob.name] = isLast && !now.isDoomed ? nil : (now.readers - 1, now.isDoomed)
                return isLast && now.isDoomed
            }
            if isDoomed { destroy(blob) }
        }
    }

    /// Nobody reads it, and while its name is doomed nobody begins to.
    private func destroy(_ blob: Blob) {
        FileAccess.remove(path(blob.name))
        held.withLock { $0[blob.name] = nil }
    }

    private static func gone(_ blob: Blob) -> Fault { Fault(.notFound, "blob \(blob.name) is gone") }

    func remove(allBut named: Set<String>) {
        for shelf in (try? FileAccess.names(in: folder)) ?? [] {
            for name in (try? FileAccess.names(in: "\(folder)/\(shelf)")) ?? [] where !named.contains(name) {
                FileAccess.remove("\(folder)/\(shelf)/\(name)")
            }
        }
    }
}

/// A sealed file, as whoever owns it names it.
struct Blob: Hashable, Sendable {
    let name: String
    let size: Int
    /// Sealed.
    let key: String

    init(name: String, size: Int, key: String) {
        self.name = name
        self.size = size
        self.key = key
    }

    init?(_ datum: Datum) {
        guard let name = datum["name"]?.text, let size = datum["size"]?.whole, let key = datum["key"]?.text else {
            return nil
        }
        self.init(name: name, size: size, key: key)
    }

    var datum: Datum { ["name": .text(name), "size": .whole(size), "key": .text(key)] }
}
