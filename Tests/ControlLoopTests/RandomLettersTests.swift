import ControlLoop
import Core
import LineMap
import Testing

/// Chance that can be repeated.
struct Dice {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }

    mutating func below(_ end: UInt64) -> UInt64 { next() % end }
    /// True once in `times`.
    mutating func once(in times: UInt64) -> Bool { next() % times == 0 }
}

/// A line on which nothing can be relied upon, and a witness who knows which parts may pass.
private struct Chaos {
    let settings: ControlSettings
    var dice: Dice
    var plan: ControlPlan
    var now = Instant(nanoseconds: 1_000 * Span64.second)
    var plc: PLCRequest = {
        var request = PLCRequest()
        request.control = .enable
        return request
    }()
    /// What the loop was shown of the PLC last.
    var seen: PLCRequest?
    var sign = StationSign(beat: Instant(nanoseconds: 0), life: 5, state: .ready, modelCode: 7)
    /// Triggers that the station was told of, newest last.
    var asked: [PartKey] = []
    /// Parts for which a PASS that may be believed was told, and by which releases.
    var credible: [PartKey: Set<UInt16>] = [:]
    /// The part whose PASS stands there, and those whose PASS is over.
    var standing: PartKey?
    var over: Set<PartKey> = []
    var passes = 0
    var complaint: String?

    init(seed: UInt64, _ settings: ControlSettings) {
        self.settings = settings
        dice = Dice(seed: seed)
        plan = ControlPlan(settings, life: 3)
    }

    mutating func cycle() {
        now = now.advanced(by: dice.once(in: 40) ? dice.below(300_000_000) : 4_000_000 + dice.below(2_000_000))
        stepStation()
        plan.see(sign, now)
        for _ in 0..<dice.below(4) where !asked.isEmpty { hear(letter()) }
        judge(plan.conclude(now))
        stepPLC()
        let fresh = dice.once(in: 50) ? nil : dice.once(in: 200) ? noise() : plc
        plan.look(fresh, now)
        seen = fresh ?? seen
        for place in 0..<plan.triggers.count { asked.append(plan.triggers[place].key) }
        if asked.count > 12 { asked.removeFirst() }
        plan.letGo()
    }

    private mutating func stepStation() {
        let beats = !dice.once(in: 20)
        let life = dice.once(in: 300) ? sign.life + 1 : sign.life
        let state =
            dice.once(in: 60) ? StationState.allCases[Int(dice.below(6))] : dice.once(in: 4) ? .ready : sign.state
        let code = dice.once(in: 200) ? UInt16(dice.below(4)) + 6 : sign.modelCode
        let beat = beats ? Instant(nanoseconds: now.nanoseconds - dice.below(3_000_000)) : sign.beat
        sign = StationSign(beat: beat, life: life, state: state, modelCode: dice.once(in: 400) ? 0 : code)
    }

    private mutating func stepPLC() {
        if !dice.once(in: 30) { plc.heartbeat &+= 1 }
        if dice.once(in: 4) {
            plc.sequence = dice.once(in: 30) ? UInt16(dice.below(20)) : plc.sequence == .max ? 1 : plc.sequence + 1
            plc.part = dice.once(in: 20) ? plc.part : plc.part &+ 1
        }
        if dice.once(in: 3) { plc.ackSequence = plc.sequence &- UInt16(dice.below(4)) }
        plc.control = dice.once(in: 100) ? [.enable, .bypass] : dice.once(in: 100) ? [] : .enable
        plc.mapVersion = dice.once(in: 300) ? 2 : 1
    }

    private mutating func noise() -> PLCRequest {
        var bits = dice
        let request = PLCRequest { _ in UInt16(truncatingIfNeeded: bits.next()) }
        dice = bits
        return request
    }

    /// Something that a station might say that is honest, mad or late.
    private mutating func letter() -> VerdictLetter {
        let place = asked.count - 1 - Int(min(dice.below(UInt64(asked.count)), dice.below(UInt64(asked.count))))
        var letter = VerdictLetter(
            key: asked[place], verdict: .pass, reason: .ok, modelCode: sign.modelCode, score: 0.1,
            stationLife: sign.life, ioLife: 3, decided: now, entry: 0)
        guard dice.once(in: 2) else { return letter }
        switch dice.below(9) {
        case 0: letter.key = mixed(letter.key)
        case 1: letter.verdict = Verdict.allCases[Int(dice.below(4))]
        case 2: letter.reason = Reason.allCases[Int(dice.below(11))]
        case 3: letter.modelCode = UInt16(dice.below(12))
        case 4: letter.stationLife &-= UInt32(dice.below(3))
        case 5: letter.ioLife = UInt32(dice.below(5))
        case 6: letter.decided = letter.decided.advanced(by: dice.below(3))
        case 7: letter.decided = Instant(nanoseconds: letter.key.triggered.nanoseconds - dice.below(3))
        default: letter.decided = Instant(nanoseconds: dice.next())
        }
        return letter
    }

    private mutating func mixed(_ key: PartKey) -> PartKey {
        let other = asked[Int(dice.below(UInt64(asked.count)))]
        return switch dice.below(4) {
        case 0: PartKey(part: other.part, sequence: key.sequence, triggered: key.triggered)
        case 1: PartKey(part: key.part, sequence: other.sequence, triggered: key.triggered)
        case 2: PartKey(part: key.part, sequence: key.sequence, triggered: other.triggered)
        default: key.with(part: UInt32(truncatingIfNeeded: dice.next()))
        }
    }

    private mutating func hear(_ letter: VerdictLetter) {
        let lives = sign.beat.nanoseconds > 0 && now.since(sign.beat) <= settings.stationSilence
        let isOfThisLine = asked.contains(letter.key) && letter.ioLife == 3 && letter.stationLife == sign.life && lives
        let isInTime =
            letter.decided >= letter.key.triggered && letter.decided <= now
            && now.since(letter.key.triggered) <= settings.ageLimit
        let isOfTheRelease =
            letter.modelCode != 0 && letter.modelCode == sign.modelCode
            && (sign.state == .ready || sign.state == .busy)
        let isPass = letter.verdict == .pass && letter.reason == .ok && seen?.control.contains(.bypass) == false
        if isOfThisLine && isInTime && isOfTheRelease && isPass {
            credible[letter.key, default: []].insert(letter.modelCode)
        }
        plan.hear(letter, now)
    }

    private mutating func judge(_ result: LineResult) {
        var words = [UInt16](repeating: 0, count: RegisterMap.resultCount)
        result.write { words[$0] = $1 }
        if LineResult(reading: { words[$0] }) != result { complain("the registers do not say the same", result) }
        guard result.verdict == .pass else {
            if let standing { over.insert(standing) }
            standing = nil
            return
        }
        let key = credible.first {
            $0.key.part == result.part && $0.key.sequence == result.sequence && $0.value.contains(result.modelCode)
                && now.since($0.key.triggered) <= settings.ageLimit && !over.contains($0.key)
        }?.key
        if key == nil { complain("nobody may have said so", result) }
        if !result.status.contains(.valid) { complain("it is not valid", result) }
        if plan.plcSign.hasFault { complain("the PLC is not there", result) }
        if result.reason != .ok { complain("its reason is not OK", result) }
        if key != standing {
            if let standing { over.insert(standing) }
            passes += 1
        }
        standing = key
    }

    private mutating func complain(_ why: String, _ result: LineResult) {
        complaint = complaint ?? "\(why): \(result) at \(now.nanoseconds)"
    }
}

/// Whatever is said in whatever order, a PASS is shown only for a part that was judged so, once, and in time.
@Suite struct RandomLettersTests {
    @Test(arguments: UInt64(1)...24)
    func aPassIsNeverShownThatNobodyMaySay(_ seed: UInt64) {
        var settings = ControlSettings()
        settings.failSafe = seed % 2 == 0 ? .review : .reject
        if seed % 3 == 0 { settings.hold = 0 }
        if seed % 5 == 0 { settings.decideWithin = 400 * Span64.millisecond }
        if seed % 7 == 0 { settings.ageLimit = 20 * Span64.millisecond }
        var chaos = Chaos(seed: seed, settings)
        for _ in 0..<6_000 where chaos.complaint == nil { chaos.cycle() }
        #expect(chaos.complaint == nil)
        let counts = chaos.plan.counts
        #expect(chaos.passes > 20 && counts.refused > 50 && counts.stationLosses > 5)
        #expect(counts.plcLosses > 0 && counts.missedTriggers > 0 && counts.unasked > 100)
    }
}
