internal import AWSDoor
internal import Core
internal import Synchronization

/// Counts calls on their way into the audit.
///
/// Concurrency: counts lie under a lock, taken for a moment.
final class CallTally: CallLedger {
    struct Count: Sendable {
        var calls = 0
        /// The caller's own fault.
        var refused = 0
        /// The hub's.
        var failed = 0
    }

    private let ledger: any CallLedger
    private let counts = Mutex<[String: Count]>([:])

    init(_ ledger: any CallLedger) { self.ledger = ledger }

    func note(_ record: CallRecord) {
        let status = record.problem?.status ?? 200
        counts.withLock { counts in
            counts[record.service, default: Count()].calls += 1
            if status >= 500 {
                counts[record.service]?.failed += 1
            } else if status >= 400 {
                counts[record.service]?.refused += 1
            }
        }
        ledger.note(record)
    }

    /// What has come since the last time, by service.
    func taken() -> [String: Count] {
        counts.withLock { counts in
            defer { counts = [:] }
            return counts
        }
    }
}
