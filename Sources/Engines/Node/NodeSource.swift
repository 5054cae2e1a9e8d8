internal import Core
internal import Depot
internal import Glibc
internal import TrustKeeping
internal import WebClient

/// Brings a deployment's blobs from wherever its documents found them. Confined to the node's thread.
final class NodeSource: BlobSource {
    private static let blockBytes = 1 << 20
    var origins = Origins()
    /// The repository that the deployment under way came from.
    var repository: ReleaseClient?
    private let web: WebClient

    init(_ web: WebClient) { self.web = web }

    func deliver(
        _ blob: BlobReference, from offset: Int, to take: (_ bytes: [UInt8]) throws(Fault) -> Bool
    ) throws(Fault) {
        switch origins[blob.digest] {
        case .file(let path): try read(path, from: offset, to: take)
        case .web(let address): try fetch(address, blob, from: offset, to: take)
        case .target(let name): try stream(name, blob, from: offset, to: take)
        case nil:
            throw Fault(
                .notFound, "nobody knows where \(blob.digest) is to be had",
                hint: "deploy again: what it was fetched from is forgotten")
        }
    }

    private func read(_ path: String, from offset: Int, to take: ([UInt8]) throws(Fault) -> Bool) throws(Fault) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw Fault.system("opening \(path)") }
        defer { close(file) }
        var place = offset
        var block = [UInt8](repeating: 0, count: Self.blockBytes)
        while true {
            let count = unsafe block.withUnsafeMutableBytes { unsafe pread(file, $0.baseAddress, $0.count, place) }
            guard count >= 0 else { throw Fault.system("reading \(path)") }
            guard count > 0, try take(Array(block.prefix(count))) else { return }
            place += count
        }
    }

    /// The web's callbacks must outlive this call for all that the compiler knows; they do not.
    private func fetch(
        _ address: String, _ blob: BlobReference, from offset: Int, to take: ([UInt8]) throws(Fault) -> Bool
    ) throws(Fault) {
        let request = WebFetch(address, bytesMax: blob.length, from: offset)
        let cancellation = WebCancellation()
        unsafe try forward(take, cancellation) { piece throws(Fault) in
            unsafe _ = try self.web.fetch(request, cancellation: cancellation, take: piece)
        }
    }

    private func stream(
        _ name: String, _ blob: BlobReference, from offset: Int, to take: ([UInt8]) throws(Fault) -> Bool
    ) throws(Fault) {
        guard let repository else {
            throw Fault(.notFound, "the repository that \(name) came from is not known any more", hint: "deploy again")
        }
        let target = try repository.find(name)
        unsafe try forward(take, WebCancellation()) { piece throws(Fault) in
            unsafe try repository.stream(target, from: offset, take: piece)
        }
    }

    private typealias Piece = (_ bytes: UnsafeRawBufferPointer, _ offset: Int) throws(Fault) -> Void

    private func forward(
        _ take: ([UInt8]) throws(Fault) -> Bool, _ cancellation: WebCancellation,
        _ run: (@escaping Piece) throws(Fault) -> Void
    ) throws(Fault) {
        let outcome = withoutActuallyEscaping(take) { take in
            Result { () throws(Fault) in
                try unsafe run { (bytes, _) throws(Fault) in
                    let goesOn = unsafe try take(Array(bytes))
                    guard goesOn else {
                        cancellation.cancel()
                        throw Fault(.unavailable, "it was told to stop")
                    }
                }
            }
        }
        switch outcome {
        case .success: return
        case .failure(let fault):
            // It was told to stop, and did.
            if cancellation.isCancelled { return }
            throw fault
        }
    }
}
