internal import Core
internal import Depot
internal import Synchronization
internal import WebClient

/// Fetches one download after the other, in a thread of its own that keeps its connections: a server that is slow, or
/// silent, holds up nobody but this.
///
/// Concurrency: the thread is started with the first download and owns its clients; the rest may be called from any
/// thread.
final class DownloadLane: Sendable {
    private let waiting = Mutex<[Download]>([])
    private let bell = Doorbell()
    private let isOpen = Atomic<Bool>(false)

    func begin(_ address: String, _ plan: WebPlan, _ blob: BlobReference, from offset: Int) -> Download {
        let download = Download(address, plan, blob, from: offset)
        waiting.withLock { $0.append(download) }
        if !isOpen.exchange(true, ordering: .acquiringAndReleasing) {
            Lane.start("downloads", stackBytes: 2 << 20) { self.run() }
        }
        bell.ring()
        return download
    }

    /// As long as the process lives.
    private func run() -> Never {
        var clients: [WebPlan: WebClient] = [:]
        while true {
            let seen = bell.rings
            guard let next = waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) else {
                bell.wait(since: seen, until: .distantFuture)
                continue
            }
            do throws(Fault) {
                if clients[next.plan] == nil { clients[next.plan] = try WebClient(next.plan) }
                if let client = clients[next.plan] { next.run(client) }
            } catch { next.fail(error) }
        }
    }
}
