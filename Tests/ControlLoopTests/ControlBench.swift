import ControlLoop
import Core
import LineMap

/// A PLC process on a clock that is turned by hand, with a station that lives and a PLC whose heart beats.
struct ControlBench {
    static let life: UInt32 = 3
    static let stationLife: UInt32 = 5
    static let release: UInt16 = 7

    var plan: ControlPlan
    var now = Instant(nanoseconds: 1_000 * Span64.second)
    /// What the PLC's registers hold; nil when the bus does not answer.
    var plc: PLCRequest? = {
        var request = PLCRequest()
        request.control = .enable
        return request
    }()
    var plcBeats = true
    var stationState = StationState.ready
    var stationLife = Self.stationLife
    var release = Self.release
    /// How long ago the station gave its last sign of life; nil when it never did.
    var stationSilence: UInt64? = 0
    /// What stood in the registers after the last cycle.
    var shown = LineResult()
    var triggers: [TriggerLetter] = []
    /// Parts that the station was told of without being asked.
    var sightings: [TriggerLetter] = []
    /// Everything that was ever told of parts.
    var outcomes: [OutcomeLetter] = []

    init(_ settings: ControlSettings = ControlSettings(), isFresh: Bool = false) {
        plan = ControlPlan(settings, life: Self.life)
        if !isFresh { cycle() }
    }

    static func settings(_ change: (inout ControlSettings) -> Void) -> ControlSettings {
        var settings = ControlSettings()
        change(&settings)
        return settings
    }

    /// One cycle, `span` after the one before.
    mutating func cycle(after span: UInt64 = 5 * Span64.millisecond, hearing letters: [VerdictLetter] = []) {
        now = now.advanced(by: span)
        let beat = stationSilence.map { Instant(nanoseconds: now.nanoseconds - $0) } ?? Instant(nanoseconds: 0)
        plan.see(StationSign(beat: beat, life: stationLife, state: stationState, modelCode: release), now)
        for letter in letters { plan.hear(letter, now) }
        shown = plan.conclude(now)
        if plcBeats { plc?.heartbeat &+= 1 }
        plan.look(plc, now)
        triggers = (0..<plan.triggers.count).map { plan.triggers[$0] }
        sightings = (0..<plan.sightings.count).map { plan.sightings[$0] }
        outcomes += (0..<plan.outcomes.count).map { plan.outcomes[$0] }
        plan.letGo()
    }

    mutating func cycles(_ count: Int) { for _ in 0..<count { cycle() } }

    /// A part comes to the camera, and is seen in a cycle.
    @discardableResult
    mutating func trigger(part: UInt32, turn: UInt16, after span: UInt64 = 5 * Span64.millisecond) -> PartKey {
        let looked = now
        plc?.part = part
        plc?.sequence = turn
        cycle(after: span)
        return PartKey(part: part, sequence: turn, triggered: looked)
    }

    mutating func acknowledge(_ turn: UInt16, _ verdict: Verdict = .pass) {
        plc?.ackSequence = turn
        plc?.ackVerdict = verdict.rawValue
        cycle()
    }

    /// What an honest station would say now.
    func letter(_ key: PartKey, _ verdict: Verdict = .pass, _ reason: Reason? = nil) -> VerdictLetter {
        VerdictLetter(
            key: key, verdict: verdict, reason: reason ?? (verdict == .pass ? .ok : .defect), modelCode: release,
            score: 0.25, stationLife: stationLife, ioLife: Self.life, decided: now, entry: 1)
    }

    /// A part that came and was judged; its result stands there after this.
    mutating func judge(part: UInt32, turn: UInt16, _ verdict: Verdict = .pass) {
        let key = trigger(part: part, turn: turn)
        cycle(hearing: [letter(key, verdict)])
    }
}

extension LineResult {
    /// What is shown of a part, in short.
    var said: Said? { status.contains(.valid) ? Said(part, sequence, verdict, reason) : nil }
}

struct Said: Hashable {
    let part: UInt32
    let turn: UInt16
    let verdict: Verdict
    let reason: Reason

    init(_ part: UInt32, _ turn: UInt16, _ verdict: Verdict, _ reason: Reason) {
        self.part = part
        self.turn = turn
        self.verdict = verdict
        self.reason = reason
    }
}

extension PartKey {
    func with(part: UInt32? = nil, sequence: UInt16? = nil, triggered: UInt64? = nil) -> PartKey {
        PartKey(
            part: part ?? self.part, sequence: sequence ?? self.sequence,
            triggered: triggered.map { Instant(nanoseconds: $0) } ?? self.triggered)
    }
}
