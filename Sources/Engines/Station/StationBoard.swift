internal import Core
internal import Synchronization

/// What the screen shows: the last parts, the rates, the stages against their shares, and everything that is not as it should be.
///
/// Concurrency: the decision thread writes, the page's thread reads; both only for as long as it takes to copy.
package final class StationBoard: Sendable {
    static let partsMax = 20
    /// Frames of the last parts are kept for the screen up to so many bytes.
    private static let frameBytesMax = 64 << 20
    private static let rateWindow = 10 * Span64.second

    struct Contents: Sendable {
        var state = StationState.boot
        var bypass: StandingOrders.Bypass?
        var release: (file: ReleaseFile, code: UInt16)?
        var releases = ReleaseFacts()
        var parts: [ShownPart] = []
        var verdicts = [UInt64](repeating: 0, count: Verdict.allCases.count)
        var reasons = [UInt64](repeating: 0, count: Reason.allCases.count)
        var decided: [(at: Instant, verdict: Verdict)] = []
        var stages: [StageWindow]
        var total: StageWindow
        var plc = PLCSign(isConnected: false, hasFault: true, isBypassed: false, isEnabled: false, heartbeat: 0)
        var plcBeat = Instant(nanoseconds: 0)
        var source = SourceStatus()
        var sourceName = ""
        var alarms: [Alarm] = []
        var restarts: UInt64 = 0
        var routes: [(name: String, parts: UInt64)] = []
        var switches: UInt64 = 0
        var tornTriggers: UInt64 = 0
        var lostVerdicts: UInt64 = 0
    }

    /// Something a person should look at.
    struct Alarm: Hashable, Sendable {
        let code: String
        let text: String
        let since: Int64
    }

    package let station: String
    package let plcAddress: String
    let budget: StationBudget
    private let contents: Mutex<Contents>

    package init(station: String, plcAddress: String, budget: StationBudget) {
        self.station = station
        self.plcAddress = plcAddress
        self.budget = budget
        let names = ["trigger", "acquire", "preprocess", "queue", "run", "decide", "write"]
        contents = Mutex(
            Contents(
                stages: names.map { StageWindow($0, shareMilliseconds: budget.share($0)) },
                total: StageWindow("total", shareMilliseconds: budget.windowMilliseconds)))
    }

    /// Everything as it is now, to be looked at without holding anybody up.
    var contentsNow: Contents { contents.withLock { $0 } }
    private func read<Result>(_ body: (borrowing Contents) -> Result) -> Result { contents.withLock { body($0) } }
    private func change(_ body: (inout Contents) -> Void) { contents.withLock { body(&$0) } }

    // MARK: what the decision thread tells

    func note(
        state: StationState, seats: SeatRow, source: any FrameSource, plc: PLCSign, plcBeat: Instant,
        complaint: String?, releases: ReleaseFacts
    ) {
        let edition = seats.edition
        let release = seats.usual.release.map { ($0.file, edition) }
        let failure = seats.failure
        let routes = Array(zip(seats.routeNames, seats.taken))
        let status = source.status
        let name = source.name
        let triggersItself = source.rate != nil
        let (restarts, switches) = (seats.restarts, seats.switches)
        change { board in
            board.state = state
            board.release = release
            board.plc = plc
            board.plcBeat = plcBeat
            board.source = status
            board.sourceName = name
            board.restarts = restarts
            board.releases = releases
            for alarm in releases.alarms { Self.raise(alarm.code, alarm.text, in: &board) }
            board.routes = routes
            board.switches = switches
            Self.raise("MODEL", failure.map { "\($0)" }, in: &board)
            Self.raise("DECISIONS", complaint, in: &board)
            Self.raise("CAMERA_LOST", status.isConnected ? nil : "the camera is lost: \(status.text)", in: &board)
            // A station that triggers itself has no PLC to miss.
            guard !triggersItself else { return }
            let isAlive = Instant.now.since(plcBeat) < Span64.second
            Self.raise("PLC_PROCESS", isAlive ? nil : "the PLC process gives no sign of life", in: &board)
            Self.raise(
                "PLC", isAlive && plc.hasFault ? "the PLC does not answer, or its heartbeat stands still" : nil,
                in: &board)
        }
    }

    /// An alarm stands as long as its cause does.
    private static func raise(_ code: String, _ text: String?, in board: inout Contents) {
        let place = board.alarms.firstIndex { $0.code == code }
        switch (place, text) {
        case (nil, let text?): board.alarms.append(Alarm(code: code, text: text, since: Int64(WallClock.milliseconds)))
        case (let place?, nil): board.alarms.remove(at: place)
        case (let place?, let text?) where board.alarms[place].text != text:
            board.alarms[place] = Alarm(code: code, text: text, since: board.alarms[place].since)
        default: break
        }
    }

    func clearAlarms() { change { $0.alarms.removeAll() } }

    func note(_ decision: Decision, entry: UInt64, _ evidence: Evidence?) {
        var part = ShownPart(entry: entry, decision: decision, wall: Int64(WallClock.milliseconds))
        if decision.part.ioLife == SelfTrigger.life { part.acknowledgement = .none }
        part.frame = evidence?.frame
        part.heatmap = evidence?.answer?.heatmap
        change { board in
            board.verdicts[Int(decision.verdict.rawValue)] += 1
            board.reasons[Int(decision.reason.rawValue)] += 1
            board.decided.append((decision.at, decision.verdict))
            board.decided.removeAll { decision.at.since($0.at) > Self.rateWindow }
            board.parts.insert(part, at: 0)
            if board.parts.count > Self.partsMax { board.parts.removeLast() }
            Self.dropOldFrames(&board.parts)
            board.total.add(part.latency)
            guard let evidence, decision.reason.isJudgement else { return }
            let spans = [
                evidence.trigger, evidence.acquire, evidence.preprocess, evidence.queue, evidence.run,
                evidence.finished.map { decision.at.since($0) } ?? 0,
            ]
            for (place, span) in spans.enumerated() { board.stages[place].add(span) }
        }
    }

    private static func dropOldFrames(_ parts: inout [ShownPart]) {
        var bytes = 0
        for place in parts.indices {
            bytes += parts[place].frame?.bytes.count ?? 0
            if bytes > frameBytesMax, place > 0 { parts[place].frame = nil }
        }
    }

    func note(_ outcome: OutcomeLetter) {
        change { board in
            guard let place = board.parts.firstIndex(where: { $0.key == outcome.key }) else { return }
            board.parts[place].acknowledgement = outcome.kind == .acknowledged ? .acknowledged : .missed
            // The screen shows what the PLC was told.
            board.parts[place].decision = board.parts[place].decision.told(outcome.verdict, outcome.reason)
            if outcome.kind == .acknowledged {
                board.stages[6].add(outcome.at.since(board.parts[place].decision.at))
            }
        }
    }

    func note(_ bypass: StandingOrders.Bypass?) { change { $0.bypass = bypass } }
    func noteTornTrigger() { change { $0.tornTriggers += 1 } }
    func noteLostVerdict() { change { $0.lostVerdicts += 1 } }

    // MARK: what is asked

    func decision(of key: PartKey) -> (entry: UInt64, decision: Decision)? {
        read { board in board.parts.first { $0.key == key }.map { ($0.entry, $0.decision) } }
    }
    func part(entry: UInt64) -> ShownPart? { read { board in board.parts.first { $0.entry == entry } } }

    /// A person's word on a part; false when it is not among the last ones any more.
    func review(entry: UInt64, verdict: Verdict?, by: String, reason: String) -> Bool {
        contents.withLock { board in
            guard let place = board.parts.firstIndex(where: { $0.entry == entry }) else { return false }
            board.parts[place].review = ShownPart.Review(verdict: verdict, by: by, reason: reason)
            return true
        }
    }
}
