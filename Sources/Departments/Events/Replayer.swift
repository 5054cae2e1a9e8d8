internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// Carries replays out, and lets go of what archives and replays no longer keep.
///
/// Concurrency: one thread; how far a replay has come is kept together with what it has sent, so that a killed hub sends
/// nothing twice and leaves nothing out.
final class Replayer: Sendable {
    private static let batchMax: Int64 = 500
    /// Each goes to a few targets, and all of them lie in memory at once.
    private static let batchBytesMax = 4 << 20
    private static let sweepEvery = 600 * Span64.second
    private static let replaysKept: Int64 = 90 * 86_400_000
    private static let nap = 5 * Span64.second

    private let rounds = Rounds()

    private struct Row: Sendable {
        let number: Int64
        let at: Int64
        let event: [UInt8]
    }

    func start(_ desk: EventsDesk) {
        rounds.start("replays", Instant.now, stackBytes: 2 << 20) { [self, unowned desk] nextSweep in
            do throws(ServiceProblem) {
                let isDue = Instant.now >= nextSweep
                let isAsked = try hasGoneArchives(desk)
                if isDue || isAsked {
                    let isMore = try sweep(desk, Int64(WallClock.milliseconds))
                    nextSweep = Instant.now.advanced(by: isMore ? 0 : Self.sweepEvery)
                    if isMore { return .none }
                }
                if try replay(desk) { return .none }
            } catch { Log.line("events could not be replayed: \(error.message)") }
            return .nap(Self.nap)
        }
    }

    func stop() { rounds.stop() }
    func ring() { rounds.ring() }

    /// Whether something lies there of an archive that has been deleted.
    private func hasGoneArchives(_ desk: EventsDesk) throws(ServiceProblem) -> Bool {
        let known = Set(desk.shelf.records.all(EventsDesk.Kind.archive).map(Archives.key))
        let held = try desk.shelf.read { database throws(Fault) in
            try database.rows("SELECT archive FROM holdings") { $0.text(0) }
        }
        return held.contains { !known.contains($0) }
    }

    /// True while there is more.
    private func sweep(_ desk: EventsDesk, _ now: Int64) throws(ServiceProblem) -> Bool {
        let isMore = try Archives(desk: desk).sweep(now)
        let limit = Double(now - Self.replaysKept) / 1000
        let old = desk.shelf.records.all(EventsDesk.Kind.replay).filter {
            $0["ReplayEndTime"]?.number.map { $0 < limit } ?? false
        }
        if old.isEmpty { return isMore }
        try desk.shelf.change { shelf in
            for replay in old { shelf.records[EventsDesk.Kind.replay, replay["ReplayName"]?.text ?? ""] = nil }
        }
        return isMore
    }

    /// One batch of each open replay; false when there is none.
    private func replay(_ desk: EventsDesk) throws(ServiceProblem) -> Bool {
        let open = desk.shelf.records.all(EventsDesk.Kind.replay).filter(Replays.State.isOpen)
        for replay in open { try step(replay, desk) }
        return !open.isEmpty
    }

    private func step(_ replay: Datum, _ desk: EventsDesk) throws(ServiceProblem) {
        let name = replay["ReplayName"]?.text ?? ""
        let archive = String((replay["EventSourceArn"]?.text ?? "").split(separator: "/").last ?? "")
        let records = desk.shelf.records
        let key = records[EventsDesk.Kind.archive, archive].map(Archives.key)
        let rows = try key.map { key throws(ServiceProblem) in try next(of: replay, key, desk) } ?? []
        let bus = EventsDesk.busName(replay["Destination"]?["Arn"]?.text)
        let filters = replay["Destination"]?["FilterArns"]?.list?.compactMap(\.text) ?? []
        let signposts = desk.signposts(records)
        var outflow = Outflow()
        for row in rows {
            guard var event = try? Datum(json: row.event).map else { continue }
            event["replay-name"] = .text(name)
            outflow.add(signposts.outflow(of: .map(event), on: bus, rules: filters.isEmpty ? nil : Set(filters)))
        }
        let sent = outflow
        let isThere = key != nil
        try desk.shelf.change { shelf in
            // Cancelled meanwhile: nothing of this batch goes out.
            guard var replay = shelf.records[EventsDesk.Kind.replay, name]?.map, Replays.State.isOpen(.map(replay))
            else { return }
            try sent.write(Int64(WallClock.milliseconds), desk.couriers, to: shelf.database)
            Self.move(&replay, to: rows.last, isThere: isThere)
            shelf.records[EventsDesk.Kind.replay, name] = .map(replay)
        }
        desk.couriers.ring(for: sent.deliveries)
    }

    private func next(of replay: Datum, _ archive: String, _ desk: EventsDesk) throws(ServiceProblem) -> [Row] {
        let (at, number) = (replay["At"]?.whole ?? Int.min, replay["After"]?.whole ?? 0)
        // From where it has come to, so that no batch walks over all that were before it.
        let from = max(Self.milliseconds(replay["EventStartTime"]), Int64(at))
        let until = Self.milliseconds(replay["EventEndTime"])
        return try desk.shelf.read { database throws(Fault) in
            var rows: [Row] = []
            var bytes = 0
            try database.forEachRow(
                """
                SELECT n, at, event FROM kept WHERE archive = ?1 AND at >= ?2 AND at < ?3 AND (at, n) > (?4, ?5)
                ORDER BY at, n LIMIT ?6
                """,
                [
                    .text(archive), .int(from), .int(until), .int(Int64(at)), .int(Int64(number)),
                    .int(Self.batchMax),
                ]
            ) { row throws(Fault) in
                rows.append(Row(number: row.int(0), at: row.int(1), event: row.blob(2)))
                bytes += rows[rows.count - 1].event.count
                return bytes < Self.batchBytesMax
            }
            return rows
        }
    }

    private static func milliseconds(_ time: Datum?) -> Int64 { Int64(((time?.number ?? 0) * 1000).rounded()) }

    /// `last`: of what has just been sent; nil when there was nothing more.
    private static func move(_ replay: inout DatumMap, to last: Row?, isThere: Bool) {
        if let last {
            replay["State"] = .text(Replays.State.running.rawValue)
            replay["At"] = .whole(Int(last.at))
            replay["After"] = .whole(Int(last.number))
            replay["EventLastReplayedTime"] = .number(Double(last.at) / 1000)
            return
        }
        replay["State"] = .text((isThere ? Replays.State.completed : .failed).rawValue)
        if !isThere { replay["StateReason"] = "The archive has been deleted." }
        replay["ReplayEndTime"] = EventsDesk.now
    }
}
