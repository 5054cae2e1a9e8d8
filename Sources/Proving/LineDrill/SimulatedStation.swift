internal import Core
internal import Mailbox
internal import Station

/// The station's own plan on a simulated clock, with an engine that takes its time; it remembers what it really computed.
struct SimulatedStation {
    static let rule = DecisionRule(threshold: 0.5, reviewFrom: 0.45, reviewTo: 0.5)

    var plan = StationPlan(StationSettings())
    var life: UInt32
    var release: UInt16 = 7
    /// When the run at the model will end; nil when it never will.
    var runEnds: Instant?
    var runRelease: UInt16 = 0
    var engineIsBackAt = Instant(nanoseconds: 0)
    var isEngineFrozen = false
    var score: Float = 0
    /// What the active release computed to be a pass, from the part's own frame, and what has been told.
    var passes: [PartKey: Instant] = [:]
    var lastSent: VerdictLetter?
    var lastPass: VerdictLetter?

    init(life: UInt32) { self.life = life }

    mutating func step(
        _ now: Instant, _ mailbox: Mailbox, _ dice: inout Dice, hold: inout VerdictLetter?, wantsHold: Bool
    ) {
        let lives = now >= engineIsBackAt
        mailbox.beat(now, state: lives ? .ready : .noModel, modelCode: lives ? release : 0)
        var decisions: [Decision] = []
        hearTriggers(now, mailbox, lives, &decisions)
        if let ends = runEnds, ends <= now, !isEngineFrozen { finish(now, &decisions) }
        decisions += plan.expire(now)
        if lives, !isEngineFrozen, let part = plan.next() { begin(part, now, &dice) }
        for decision in decisions { send(decision, now, mailbox, hold: &hold, wantsHold: wantsHold) }
        if passes.count > 64 { passes = passes.filter { now.since($0.value) < Span64.second } }
    }

    private mutating func hearTriggers(_ now: Instant, _ mailbox: Mailbox, _ lives: Bool, _ decisions: inout [Decision])
    {
        while mailbox.nextOutcome() != .nothing {}
        while true {
            switch mailbox.nextTrigger() {
            case .nothing: return
            case .torn: continue
            case .letter(let letter):
                let part = PendingPart(key: letter.key, partNumber: letter.partNumber, ioLife: letter.ioLife)
                if let crowdedOut = plan.trigger(part, now) { decisions.append(crowdedOut) }
                // A station without an engine says so at once.
                if !lives, plan.atModel == nil, plan.next() != nil,
                    let decision = plan.finish(.impossible(.noModel), now)
                {
                    decisions.append(decision)
                }
            }
        }
    }

    private mutating func begin(_ part: PendingPart, _ now: Instant, _ dice: inout Dice) {
        runEnds = now.advanced(by: dice.span(4, 30))
        runRelease = release
        // The frame is the part's own: its score is a function of the key.
        score = Float(dice.share())
    }

    private mutating func finish(_ now: Instant, _ decisions: inout [Decision]) {
        runEnds = nil
        let judgement = Judgement.scored(score, modelCode: runRelease, rule: Self.rule)
        guard let decision = plan.finish(judgement, now) else { return }
        if decision.verdict == .pass { passes[decision.part.key] = now }
        decisions.append(decision)
    }

    /// The engine is gone with whatever it was doing.
    mutating func loseEngine(_ now: Instant, until back: Instant, _ mailbox: Mailbox) {
        runEnds = nil
        isEngineFrozen = false
        engineIsBackAt = back
        guard plan.atModel != nil, let decision = plan.finish(.impossible(.modelError), now) else { return }
        var nobody: VerdictLetter?
        send(decision, now, mailbox, hold: &nobody, wantsHold: false)
    }

    private mutating func send(
        _ decision: Decision, _ now: Instant, _ mailbox: Mailbox, hold: inout VerdictLetter?, wantsHold: Bool
    ) {
        let letter = VerdictLetter(
            key: decision.part.key, verdict: decision.verdict, reason: decision.reason, modelCode: decision.modelCode,
            score: decision.score, stationLife: life, ioLife: decision.part.ioLife, decided: now, entry: 0)
        lastSent = letter
        if letter.verdict == .pass { lastPass = letter }
        if wantsHold, hold == nil, letter.verdict == .pass {
            hold = letter
            return
        }
        _ = mailbox.send(letter)
    }
}

/// Reproducible chance.
struct Dice {
    private var state: UInt64

    init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

    mutating func next() -> UInt64 {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return state
    }

    mutating func share() -> Double { Double(next() >> 11) / Double(1 << 53) }
    mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }
    /// Milliseconds between two bounds, in nanoseconds.
    mutating func span(_ low: Int, _ high: Int) -> UInt64 {
        UInt64(number(low * 1000...high * 1000)) * 1000
    }
}
