internal import Core
internal import Depot

/// Delivers what any release needs, in small pieces; its link breaks when the scenario says so.
final class ProofShop: BlobSource {
    private static let pieceBytes = 600
    private var piecesLeft: Int?

    /// The link goes down once, after so many pieces.
    init(breaksAfter pieces: Int?) { piecesLeft = pieces }

    func deliver(
        _ blob: BlobReference, from offset: Int, to take: (_ bytes: [UInt8]) throws(Fault) -> Bool
    ) throws(Fault) {
        guard let bytes = ProofRelease.deliveries[blob.digest] else {
            throw Fault(.notFound, "nobody has blob \(blob.digest)")
        }
        for start in stride(from: offset, to: bytes.count, by: Self.pieceBytes) {
            if let left = piecesLeft {
                piecesLeft = left > 0 ? left - 1 : nil
                guard left > 0 else { throw Fault(.unavailable, "the link is down") }
            }
            guard try take(Array(bytes[start..<min(start + Self.pieceBytes, bytes.count)])) else { return }
        }
    }
}
