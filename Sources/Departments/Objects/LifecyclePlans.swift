internal import Core
internal import Synchronization

/// What the rules of buckets will do, read once: every object that is asked for tells of it.
///
/// Concurrency: a table under a lock. A plan holds for the record that it was read from, and is read anew from another.
final class LifecyclePlans: Sendable {
    static let bucketsMax = 256

    private struct Kept {
        var record: Datum
        let plan: LifecyclePlan?
    }

    private let kept = Mutex<[String: Kept]>([:])
    private let read: @Sendable (Datum) -> LifecyclePlan?

    init(_ read: @escaping @Sendable (Datum) -> LifecyclePlan? = { LifecyclePlan($0) }) { self.read = read }

    /// Nil for a bucket without rules that are enabled.
    func plan(of bucket: String, _ record: Datum?) -> LifecyclePlan? {
        guard let record, record[BucketLifecycle.mark] != nil else { return nil }
        return kept.withLock { kept in
            // A record that nobody has touched is the same storage, and compared at once.
            if kept[bucket]?.record == record {
                kept[bucket]?.record = record
                return kept[bucket]?.plan
            }
            if kept[bucket] == nil, kept.count >= Self.bucketsMax { kept = [:] }
            let plan = read(record)
            kept[bucket] = Kept(record: record, plan: plan)
            return plan
        }
    }
}
