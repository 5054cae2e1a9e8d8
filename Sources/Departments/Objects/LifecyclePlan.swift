internal import Core

/// What the rules of a bucket take, and when. Pure: no clock, no rows, no disk.
struct LifecyclePlan: Hashable, Sendable {
    static let day: Int64 = 86_400_000

    enum Step: Hashable, Sendable {
        /// The newest version has had its time, where versions are kept: a marker hides it.
        case hide(key: String)
        /// A version goes for good.
        case remove(key: String, seq: Int64)
    }

    /// When something is due, by which rule.
    struct Due: Hashable, Sendable {
        /// Milliseconds since 1970.
        let at: Int64
        let rule: String
    }

    /// What is known of a key while its versions go by, the newest first.
    struct Trail: Hashable, Sendable {
        var key: String?
        /// When the version before was made: since then this one is not the newest.
        var replaced: Int64 = 0
        /// Versions that went by and were not the newest; markers hold nothing and do not count.
        var newerVersions = 0
    }

    /// Those alone that are enabled.
    let rules: [LifecycleRule]
    let keepsVersions: Bool

    init(_ rules: [LifecycleRule], keepsVersions: Bool) {
        self.rules = rules.filter(\.isEnabled)
        self.keepsVersions = keepsVersions
    }

    /// Nil for a bucket without rules that are enabled.
    init?(_ bucket: Datum?) {
        guard let bucket, let list = bucket[BucketLifecycle.mark]?["rules"]?.list else { return nil }
        self.init(list.map(LifecycleRule.init), keepsVersions: bucket["versioning"] != nil)
        if rules.isEmpty { return nil }
    }

    var looksAtTags: Bool { rules.contains { !$0.tags.isEmpty } }
    var looksAtObjects: Bool { rules.contains { $0.expiration != nil || $0.noncurrentDays != nil } }
    var looksAtUploads: Bool { rules.contains { $0.uploadDays != nil } }

    // MARK: what is due

    // > Amazon S3 calculates the time by adding the number of days specified in the rule to the object creation time
    // > and rounding the resulting time to the next day midnight UTC.
    // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html>
    static func midnight(_ days: Int, after time: Int64) -> Int64 { (time / day + Int64(days) + 1) * day }

    /// When the newest version of a key will have had its time.
    func expiry(of row: LifecycleRow) -> Due? {
        earliest { rule in
            guard rule.means(row) else { return nil }
            return switch rule.expiration {
            case .days(let days): Self.midnight(days, after: row.modified)
            case .date(let date): date
            case .markers, nil: nil
            }
        }
    }

    /// When an upload that nobody ends is given up.
    func abortion(of key: String, begun: Int64) -> Due? {
        earliest { rule in
            guard let days = rule.uploadDays, rule.means(key: key) else { return nil }
            return Self.midnight(days, after: begun)
        }
    }

    /// Of those that are due at one time, the first.
    private func earliest(_ time: (LifecycleRule) -> Int64?) -> Due? {
        var found: Due?
        for rule in rules {
            guard let at = time(rule), found.map({ at < $0.at }) ?? true else { continue }
            found = Due(at: at, rule: rule.id)
        }
        return found
    }

    // MARK: what is done

    /// What becomes of rows that come by key, the newest version of each first. `next`: the row behind them.
    func steps(
        _ rows: some Collection<LifecycleRow>, before next: LifecycleRow?, trail: inout Trail, now: Int64
    ) -> [Step] {
        var steps: [Step] = []
        for (row, behind) in zip(rows, rows.dropFirst().map(Optional.some) + [next]) {
            if row.key != trail.key {
                trail = Trail(key: row.key)
                if let step = current(row, isAlone: behind?.key != row.key, now) { steps.append(step) }
            } else {
                if isDue(row, trail, now) { steps.append(.remove(key: row.key, seq: row.seq)) }
                if !row.isMarker { trail.newerVersions += 1 }
            }
            trail.replaced = row.modified
        }
        return steps
    }

    private func current(_ row: LifecycleRow, isAlone: Bool, _ now: Int64) -> Step? {
        let isOver = expiry(of: row).map { $0.at <= now } ?? false
        if row.isMarker {
            // A marker that hides nothing goes when it is asked for, and when it is as old as objects may become.
            let isUnwanted = isOver || rules.contains { $0.expiration == .markers(true) && $0.means(row) }
            return isAlone && isUnwanted ? .remove(key: row.key, seq: row.seq) : nil
        }
        guard isOver else { return nil }
        return keepsVersions ? .hide(key: row.key) : .remove(key: row.key, seq: row.seq)
    }

    private func isDue(_ row: LifecycleRow, _ trail: Trail, _ now: Int64) -> Bool {
        rules.contains { rule in
            guard let days = rule.noncurrentDays, rule.means(row) else { return false }
            return trail.newerVersions >= rule.newerVersions ?? 0
                && Self.midnight(days, after: trail.replaced) <= now
        }
    }
}
