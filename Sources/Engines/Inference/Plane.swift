package import Core
package import EngineKeeping
package import HTTP
internal import JSON
package import Link
internal import Synchronization

/// What the doors are told to promise.
package struct PlaneSettings: Hashable, Sendable {
    /// The ceiling of `/infer`, in seconds as it was written, because the seed's message prints it.
    package var inferSeconds = 0.040
    /// The ceiling of everything else.
    package var otherSeconds = 30.0
    package var tensorMin = 0.0
    package var tensorMax = 1.0
    package var serverName = "triton"
    package var version = ""
    /// Bodies larger than this are parsed beside the reactor, so that others do not wait for them.
    package static let inlineBodyBytesMax = 256 << 10

    package init() {}
}

/// All that the doors share: the catalog, the figures, each reactor's desk, and readers of JSON to borrow.
package final class Plane: Sendable {
    package let catalog: ModelCatalog
    package let book: MetricsBook
    package let settings: PlaneSettings
    package let started = Instant.now
    private let desks: Mutex<[Int: DeskBox]> = Mutex([:])
    private let documents = Mutex<[DocumentBox]>([])

    /// A desk travels only to its own reactor.
    private struct DeskBox: @unchecked Sendable { let desk: CallDesk; let reactor: Reactor }
    private struct DocumentBox: @unchecked Sendable { let document: JSONDocument }

    package init(catalog: ModelCatalog, book: MetricsBook, settings: PlaneSettings) {
        self.catalog = catalog
        self.book = book
        self.settings = settings
        catalog.whenReleased { [weak self] in self?.pruneDesks() }
    }

    /// Gives each reactor its desk; before the server starts.
    package func furnish(_ reactors: [Reactor], bells: Bells) {
        for reactor in reactors {
            let desk = CallDesk(bell: reactor.number, bells: bells)
            reactor.welcome(desk)
            let box = DeskBox(desk: desk, reactor: reactor)
            desks.withLock { $0[reactor.number] = box }
        }
    }

    func desk(of reactor: Reactor) -> CallDesk {
        guard let box = desks.withLock({ $0[reactor.number] }) else {
            fatalError("reactor \(reactor.number) was not furnished")
        }
        return box.desk
    }

    private func pruneDesks() {
        for box in desks.withLock({ Array($0.values) }) { box.reactor.post { box.desk.prune() } }
    }

    /// Lends a JSON reader: its memory is worth keeping.
    func borrowDocument<Result>(_ body: (JSONDocument) -> Result) -> Result {
        let box = documents.withLock { $0.popLast() } ?? DocumentBox(document: JSONDocument())
        defer {
            box.document.trim()
            documents.withLock { $0.append(box) }
        }
        return body(box.document)
    }

    func readDocument<Result, Failure: Error>(
        _ body: (JSONDocument) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try borrowDocument { document in Swift.Result { () throws(Failure) in try body(document) } }.get()
    }
}
