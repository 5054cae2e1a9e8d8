internal import Core
internal import Database
internal import Records

/// Hands notices over to the event bus, in their order, and forgets each when the bus has it on the disk.
///
/// Concurrency: one thread; the table is the queue, so that a hub that was killed goes on where it was.
final class NoticeCarrier: Sendable {
    private static let batchMax: Int64 = 250
    private let shelf: RecordShelf
    private let rounds = Rounds()

    init(_ shelf: RecordShelf) { self.shelf = shelf }

    func start(_ announce: @escaping ObjectsDesk.Announce) {
        rounds.start("notices", stackBytes: 2 << 20) { [self] in carry(announce) ? .none : .nap(Span64.second) }
    }

    func stop() { rounds.stop() }

    /// There may be something to carry.
    func ring() { rounds.ring() }

    /// False when there was nothing, or when nobody took it.
    private func carry(_ announce: ObjectsDesk.Announce) -> Bool {
        do throws(ServiceProblem) {
            let notices = try shelf.read { database throws(Fault) in
                try database.rows("SELECT \(Notice.columns) FROM notices ORDER BY n LIMIT ?", [.int(Self.batchMax)]) {
                    (number: $0.int(0), event: $0.blob(1))
                }
            }
            guard let last = notices.last?.number else { return false }
            try announce(notices.map(\.event))
            try shelf.change { desk in try desk.database.run("DELETE FROM notices WHERE n <= ?", [.int(last)]) }
            return true
        } catch {
            Log.line("notices of buckets wait: \(error.message)")
            return false
        }
    }
}
