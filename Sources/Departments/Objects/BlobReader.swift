internal import Core
internal import Crypto
internal import Files
internal import Glibc
internal import HTTP

/// A span of bytes over some blobs, given piece by piece.
final class BlobReader: BodySource {
    private struct Leg {
        let blob: Blob
        let key: SealingKey
        let from: Int
        let until: Int
    }

    private let store: BlobStore
    private var legs: [Leg] = []
    private var leg = 0
    private var place = 0
    private var file: Int32 = -1
    private let held: [Blob]

    /// The keys are opened here, so that giving cannot fail for want of them.
    init(_ blobs: [Blob], _ range: Range<Int>, in store: BlobStore) throws(Fault) {
        self.store = store
        try store.hold(blobs)
        held = blobs
        var start = 0
        for blob in blobs {
            let from = max(range.lowerBound, start) - start
            let until = min(range.upperBound, start + blob.size) - start
            if from < until { legs.append(Leg(blob: blob, key: try store.key(of: blob), from: from, until: until)) }
            start += blob.size
        }
        place = legs.first?.from ?? 0
    }

    deinit {
        if file >= 0 { Glibc.close(file) }
        store.release(held)
    }

    func give(_ bytesMax: Int, to buffer: ByteBuffer) -> Bool {
        var room = bytesMax
        while room > 0, leg < legs.count {
            guard let piece = try? piece(atMost: room) else { return false }
            unsafe piece.withUnsafeBytes { unsafe buffer.append($0) }
            room -= piece.count
        }
        return true
    }

    /// All of it, for whoever writes it elsewhere.
    func read(_ take: (UnsafeRawBufferPointer) throws(Fault) -> Void) throws(Fault) {
        while leg < legs.count {
            let piece = try piece(atMost: BlobStore.chunkBytes)
            let outcome = unsafe piece.withUnsafeBytes { bytes in
                Result { () throws(Fault) in unsafe try take(bytes) }
            }
            try outcome.get()
        }
    }

    /// What is left of a chunk.
    private func piece(atMost room: Int) throws(Fault) -> ArraySlice<UInt8> {
        let now = legs[leg]
        let number = place / BlobStore.chunkBytes
        let plain = try chunk(number, of: now)
        let from = place - number * BlobStore.chunkBytes
        let until = min(plain.count, from + room, now.until - number * BlobStore.chunkBytes)
        guard from < until else { throw Fault(.damaged, "blob \(now.blob.name) is shorter than it was") }
        place += until - from
        if place == now.until {
            Glibc.close(file)
            file = -1
            leg += 1
            place = leg < legs.count ? legs[leg].from : 0
        }
        return plain[from..<until]
    }

    private func chunk(_ number: Int, of leg: Leg) throws(Fault) -> [UInt8] {
        let path = store.path(leg.blob.name)
        if file < 0 {
            file = unsafe open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw Fault.system("opening \(path)") }
        }
        let sealedBytes = BlobStore.chunkBytes + SealingKey.chunkOverhead
        let left = leg.blob.size - number * BlobStore.chunkBytes
        let wanted = min(BlobStore.chunkBytes, left) + SealingKey.chunkOverhead
        var sealed = [UInt8](repeating: 0, count: wanted)
        let count = unsafe sealed.withUnsafeMutableBytes {
            unsafe pread(file, $0.baseAddress, wanted, off_t(number * sealedBytes))
        }
        guard count == wanted, let plain = leg.key.open(chunk: sealed, number: UInt64(number)) else {
            throw Fault(.damaged, "blob \(leg.blob.name) is not what was written")
        }
        return plain
    }
}
