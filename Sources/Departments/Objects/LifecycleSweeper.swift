internal import Core
internal import Database
internal import Records

/// Takes away what the rules of buckets say: at the start, each hour, and when rules are set.
///
/// Concurrency: one thread. It reads beside whoever writes and changes a page at a time, so that others have their
/// turn.
final class LifecycleSweeper: Sendable {
    private static let every = 3600 * Span64.second
    private static let uploadsMax: Int64 = 500

    private let shelf: RecordShelf
    private let blobs: BlobStore
    private let notices: NoticeCarrier
    private let account: String
    private let region: String
    private let rounds = Rounds()

    init(_ shelf: RecordShelf, _ blobs: BlobStore, _ notices: NoticeCarrier, account: String, region: String) {
        self.shelf = shelf
        self.blobs = blobs
        self.notices = notices
        self.account = account
        self.region = region
    }

    func start() {
        rounds.start("lifecycle", stackBytes: 2 << 20) { [self] in
            sweep()
            return .nap(Self.every)
        }
    }

    func stop() { rounds.stop() }

    /// There are new rules.
    func ring() { rounds.ring() }

    private func sweep() {
        let now = Int64(WallClock.milliseconds)
        for bucket in shelf.records.keys(ObjectsDesk.bucket) where !rounds.isStopping {
            guard let plan = LifecyclePlan(shelf.records[ObjectsDesk.bucket, bucket]) else { continue }
            do throws(ServiceProblem) {
                if plan.looksAtObjects { try sweepObjects(bucket, plan, now) }
                if plan.looksAtUploads { try sweepUploads(bucket, plan, now) }
            } catch { Log.line("the lifecycle of bucket \(bucket) waits an hour: \(error.message)") }
        }
    }

    // MARK: objects

    private func sweepObjects(_ bucket: String, _ plan: LifecyclePlan, _ now: Int64) throws(ServiceProblem) {
        var place: LifecyclePage.Place? = .init()
        while let from = place, !rounds.isStopping {
            let page = try shelf.read { database throws(Fault) in
                try LifecyclePage(bucket, plan, from: from, now: now, database)
            }
            place = page.steps.isEmpty ? page.next : try take(bucket, from: from, now)
        }
    }

    /// Does what a page says, as it is now, by the rules as they are now.
    private func take(
        _ bucket: String, from place: LifecyclePage.Place, _ now: Int64
    ) throws(ServiceProblem) -> LifecyclePage.Place? {
        let notice = Notice(lifecycleOf: bucket, account: account, region: region)
        let (next, unnamed) = try shelf.change { desk -> (LifecyclePage.Place?, [Blob]) in
            guard let plan = LifecyclePlan(desk.records[ObjectsDesk.bucket, bucket]) else { return (nil, []) }
            let page = try LifecyclePage(bucket, plan, from: place, now: now, desk.database)
            var unnamed: [Blob] = []
            for step in page.steps {
                unnamed += try Self.take(step, bucket, keepsVersions: plan.keepsVersions, notice, &desk)
            }
            return (page.next, unnamed)
        }
        notices.ring()
        blobs.remove(unnamed)
        return next
    }

    private static func take(
        _ step: LifecyclePlan.Step, _ bucket: String, keepsVersions: Bool, _ notice: Notice,
        _ desk: inout RecordShelf.Desk
    ) throws -> [Blob] {
        switch step {
        case .hide(let key):
            let outcome = try ObjectRows.add(nil, bucket, key, &desk)
            try notice.deleted(nil, key, version: outcome.version, &desk)
            return outcome.gone
        case .remove(let key, let seq):
            guard let found = try ObjectRows.take(bucket, key, seq: seq, desk.database) else { return [] }
            try notice.deleted(found, key, version: keepsVersions ? found.version : nil, &desk)
            return found.blobs
        }
    }

    // MARK: uploads

    private struct Begun: Sendable {
        let number: Int64
        let id: String
        let key: String
        let begun: Int64
    }

    private func sweepUploads(_ bucket: String, _ plan: LifecyclePlan, _ now: Int64) throws(ServiceProblem) {
        var last: Int64? = 0
        while let after = last, !rounds.isStopping {
            let rows = try shelf.read { database throws(Fault) in
                try database.rows(
                    "SELECT rowid, id, key, begun FROM uploads WHERE bucket = ? AND rowid > ? ORDER BY rowid LIMIT ?",
                    [.text(bucket), .int(after), .int(Self.uploadsMax)]
                ) { Begun(number: $0.int(0), id: $0.text(1), key: $0.text(2), begun: $0.int(3)) }
            }
            for upload in rows where !rounds.isStopping && Self.isDue(upload, plan, now) {
                try abort(upload, bucket, now)
            }
            last = rows.last?.number
        }
    }

    private static func isDue(_ upload: Begun, _ plan: LifecyclePlan, _ now: Int64) -> Bool {
        plan.abortion(of: upload.key, begun: upload.begun).map { $0.at <= now } ?? false
    }

    /// One at a time: each may have ten thousand parts.
    private func abort(_ upload: Begun, _ bucket: String, _ now: Int64) throws(ServiceProblem) {
        let unnamed = try shelf.change { desk -> [Blob] in
            guard let plan = LifecyclePlan(desk.records[ObjectsDesk.bucket, bucket]), Self.isDue(upload, plan, now)
            else { return [] }
            return try Multipart.remove(upload.id, desk.database)
        }
        blobs.remove(unnamed)
    }
}
