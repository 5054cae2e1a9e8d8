internal import Core
internal import Depot
internal import Synchronization
internal import WebClient

/// One blob on its way over the web: what has come waits here until somebody takes it.
///
/// Concurrency: one thread fetches, another takes; a bounded heap of pieces lies between them under a lock.
final class Download: Sendable {
    private static let waitingBytesMax = 8 << 20
    private static let brake = 10 * Span64.millisecond

    struct Piece: Sendable {
        let bytes: [UInt8]
        /// Where it belongs in the blob.
        let place: Int
    }

    enum News: Sendable {
        case piece(Piece)
        case over
        case failed(Fault)
        /// Not in time.
        case nothing
    }

    private struct State {
        var pieces: [Piece] = []
        var waitingBytes = 0
        /// What comes when all pieces are taken.
        var end: News?

        mutating func next() -> News? {
            guard !pieces.isEmpty else { return end }
            let piece = pieces.removeFirst()
            waitingBytes -= piece.bytes.count
            return .piece(piece)
        }
    }

    let address: String
    let plan: WebPlan
    private let blob: BlobReference
    private let offset: Int
    private let state = Mutex(State())
    private let bell = Doorbell()
    private let cancellation = WebCancellation()

    init(_ address: String, _ plan: WebPlan, _ blob: BlobReference, from offset: Int) {
        self.address = address
        self.plan = plan
        self.blob = blob
        self.offset = offset
    }

    /// On the fetching thread, to the end.
    func run(_ client: WebClient) {
        let end: News
        do throws(Fault) {
            let wanted = WebFetch(address, bytesMax: blob.length, from: offset)
            unsafe _ = try client.fetch(wanted, cancellation: cancellation) { bytes, place throws(Fault) in
                try unsafe self.put(Piece(bytes: Array(bytes), place: place))
            }
            end = .over
        } catch { end = .failed(error) }
        finish(end)
    }

    /// It never began.
    func fail(_ fault: Fault) { finish(.failed(fault)) }

    private func finish(_ end: News) {
        state.withLock { $0.end = end }
        bell.ring()
    }

    private func put(_ piece: Piece) throws(Fault) {
        while state.withLock({ $0.waitingBytes > Self.waitingBytesMax }) {
            guard !cancellation.isCancelled else { throw Fault(.cancelled, "\(address) is not wanted any more") }
            Pause.nanoseconds(Self.brake)
        }
        state.withLock { state in
            state.pieces.append(piece)
            state.waitingBytes += piece.bytes.count
        }
        bell.ring()
    }

    /// What comes next, waited for until `end`.
    func next(until end: Instant) -> News {
        while true {
            let seen = bell.rings
            if let news = state.withLock({ $0.next() }) { return news }
            guard Instant.now < end else { return .nothing }
            bell.wait(since: seen, until: end)
        }
    }

    /// Nobody takes any more of it: heard within a second.
    func cancel() { cancellation.cancel() }
}
