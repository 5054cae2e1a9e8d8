internal import Core
internal import Synchronization

/// Where receivers wait for a message to come, or to become visible.
///
/// Each of them holds one of the hub's 16 workers meanwhile, and all departments live on those: so 8 may wait at once.
/// Whoever finds no seat is looked after at once, and told a second later that there was nothing, so that he does not
/// spin (see `Receiving`).
///
/// Concurrency: seats are under the lock; a bell is rung by whoever changed its queue, after that is on the disk.
final class WaitingRoom: Sendable {
    static let seatsMax = 8

    private struct Seats {
        var bells: [String: (bell: Doorbell, taken: Int)] = [:]
        var isClosed = false
        var taken: Int { bells.values.reduce(0) { $0 + $1.taken } }
    }

    private let seats = Mutex(Seats())

    var isClosed: Bool { seats.withLock { $0.isClosed } }

    /// The bell to listen to; nil where nobody may sit down any more. Whoever got one leaves again.
    func sit(at queue: String) -> Doorbell? {
        seats.withLock { seats in
            guard !seats.isClosed, seats.taken < Self.seatsMax else { return nil }
            let bell = seats.bells[queue]?.bell ?? Doorbell()
            seats.bells[queue, default: (bell, 0)].taken += 1
            return bell
        }
    }

    func leave(_ queue: String) {
        seats.withLock { seats in
            guard let place = seats.bells[queue] else { return }
            seats.bells[queue] = place.taken > 1 ? (place.bell, place.taken - 1) : nil
        }
    }

    /// There may be something to receive.
    func ring(_ queue: String) { seats.withLock { $0.bells[queue]?.bell }?.ring() }

    /// There may be something to receive anywhere.
    func ringAll() {
        let bells = seats.withLock { $0.bells.values.map(\.bell) }
        for bell in bells { bell.ring() }
    }

    /// Sends everybody away, now and from now on.
    func close() {
        seats.withLock { $0.isClosed = true }
        ringAll()
    }
}
