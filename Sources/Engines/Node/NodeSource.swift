internal import Core
internal import Crypto
internal import Depot
internal import Glibc
internal import TrustKeeping
internal import WebClient

/// Brings a deployment's blobs from wherever its documents found them, for a second at a time: the node has other
/// things to do. What comes over the web goes on coming meanwhile.
///
/// Confined to the node's thread.
final class NodeSource: BlobSource {
    private static let blockBytes = 1 << 20
    private static let turn = Span64.second

    /// What is fetched just now, and how much of the blob has been taken.
    private struct UnderWay {
        let download: Download
        let digest: SHA256Digest
        var offset: Int
    }

    var origins = Origins()
    /// The repository that the deployment under way came from.
    var repository: TrustedRepository?
    private let lane = DownloadLane()
    private var underWay: UnderWay?

    func deliver(
        _ blob: BlobReference, from offset: Int, to take: (_ bytes: [UInt8]) throws(Fault) -> Bool
    ) throws(Fault) {
        let end = Instant.now.advanced(by: Self.turn)
        switch origins[blob.digest] {
        case .file(let path): try read(path, blob, from: offset, until: end, to: take)
        case .web(let address): try fetch(address, WebPlan(), blob, from: offset, until: end, to: take)
        case .target(let name): try stream(name, blob, from: offset, until: end, to: take)
        case nil:
            throw Fault(
                .notFound, "nobody knows where \(blob.digest) is to be had",
                hint: "deploy again: what it was fetched from is forgotten")
        }
    }

    /// Nothing that is being fetched is wanted any more.
    func stop() {
        underWay?.download.cancel()
        underWay = nil
    }

    private static func cut(_ place: String, _ blob: BlobReference) -> Fault {
        Fault(.unavailable, "\(place) ended in the middle of blob \(blob.digest)")
    }

    private func read(
        _ path: String, _ blob: BlobReference, from offset: Int, until end: Instant,
        to take: ([UInt8]) throws(Fault) -> Bool
    ) throws(Fault) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Fault.system("opening \(path)") }
        defer { close(file) }
        var place = offset
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        while true {
            let count = unsafe block.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, place) }
            guard count >= 0 else { throw Fault.system("reading \(path)") }
            guard count > 0 else { throw Self.cut(path, blob) }
            place += count
            guard try take(Array(block.prefix(count))), Instant.now < end else { return }
        }
    }

    private func fetch(
        _ address: String, _ plan: WebPlan, _ blob: BlobReference, from offset: Int, until end: Instant,
        to take: ([UInt8]) throws(Fault) -> Bool
    ) throws(Fault) {
        var current = begun(address, plan, blob, from: offset)
        // Whatever ends this ends the download too, but for the end of the turn.
        underWay = nil
        while true {
            switch current.download.next(until: end) {
            case .piece(let piece):
                let isWanted: Bool
                do throws(Fault) { isWanted = try Self.take(piece, &current.offset, take) } catch {
                    current.download.cancel()
                    throw error
                }
                guard isWanted else { return current.download.cancel() }
                if Instant.now >= end { return underWay = current }
            case .nothing: return underWay = current
            case .failed(let fault): throw fault
            case .over: throw Self.cut(address, blob)
            }
        }
    }

    /// The one that is under way, where it goes on with just what is wanted.
    private func begun(_ address: String, _ plan: WebPlan, _ blob: BlobReference, from offset: Int) -> UnderWay {
        if let underWay, underWay.digest == blob.digest, underWay.offset == offset { return underWay }
        stop()
        return UnderWay(
            download: lane.begin(address, plan, blob, from: offset), digest: blob.digest, offset: offset)
    }

    /// A server that cannot begin in the middle sends what is here already once more.
    private static func take(
        _ piece: Download.Piece, _ offset: inout Int, _ take: ([UInt8]) throws(Fault) -> Bool
    ) throws(Fault) -> Bool {
        let fresh = Array(piece.bytes.dropFirst(max(0, offset - piece.place)))
        guard !fresh.isEmpty else { return true }
        offset += fresh.count
        return try take(fresh)
    }

    /// A repository on the web is asked as any other server is; one that lies here is read.
    private func stream(
        _ name: String, _ blob: BlobReference, from offset: Int, until end: Instant,
        to take: ([UInt8]) throws(Fault) -> Bool
    ) throws(Fault) {
        guard let repository else {
            throw Fault(.notFound, "the repository that \(name) came from is not known any more", hint: "deploy again")
        }
        let target: VerifiedTarget
        do throws(Fault) { target = try repository.client.find(name) } catch {
            // A node that stops goes on after its next start.
            throw error.code == .cancelled ? Fault(.unavailable, error.message) : error
        }
        if let address = repository.address(of: target) {
            return try fetch(address, repository.plan, blob, from: offset, until: end, to: take)
        }
        var hasEnough = false
        do throws(Fault) {
            unsafe try forward(take, until: end, hasEnough: &hasEnough) { piece throws(Fault) in
                unsafe try repository.client.stream(target, from: offset, take: piece)
            }
        } catch {
            if hasEnough { return }
            throw error
        }
        throw Self.cut(name, blob)
    }

    private typealias Piece = (_ bytes: UnsafeRawBufferPointer, _ offset: Int) throws(Fault) -> Void

    /// The source's callbacks must outlive this call for all that the compiler knows; they do not.
    private func forward(
        _ take: ([UInt8]) throws(Fault) -> Bool, until end: Instant, hasEnough: inout Bool,
        _ run: (@escaping Piece) throws(Fault) -> Void
    ) throws(Fault) {
        var isOver = false
        defer { hasEnough = isOver }
        try withoutActuallyEscaping(take) { take in
            Result { () throws(Fault) in
                try unsafe run { (bytes, _) throws(Fault) in
                    let goesOn = unsafe try take(Array(bytes))
                    guard goesOn, Instant.now < end else {
                        isOver = true
                        throw Fault(.unavailable, "it was told to stop")
                    }
                }
            }
        }.get()
    }
}
