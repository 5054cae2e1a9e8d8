import ControlLoop
import Core
import LineMap
import Mailbox
import Modbus
import Synchronization
import Testing

/// The loop itself, over loopback, with a PLC and a station that are honest and quick. Limits are wide: this machine may be busy.
@Suite(.serialized) struct ControlLoopTests {
    private static let requestBase = 0
    private static let resultBase = 20
    private static let patience = 20 * Span64.second

    private static var settings: ControlSettings {
        var settings = ControlSettings()
        settings.period = 2 * Span64.millisecond
        settings.decideWithin = 3 * Span64.second
        settings.ageLimit = 5 * Span64.second
        settings.plcSilence = 3 * Span64.second
        settings.stationSilence = 3 * Span64.second
        return settings
    }

    private static func server() throws -> ModbusServer {
        try ModbusServer(host: "127.0.0.1", port: 0, unit: 1, registers: 40)
    }

    /// Asks the server at `port` as a PLC process asks its PLC.
    private static func asking(_ port: Int, _ mailbox: Mailbox, _ settings: ControlSettings = settings) throws
        -> ControlLoop
    {
        let client = try ModbusClient(
            ModbusAddress(host: "127.0.0.1", port: port), replyWithin: 500 * Span64.millisecond)
        let bus = PLCBus(asking: client, requestBase: requestBase, resultBase: resultBase)
        return ControlLoop(settings, mailbox: mailbox, bus: bus)
    }

    private static func onALane(_ loop: ControlLoop, cycles: UInt64 = .max) -> Flagpole {
        let ended = Flagpole()
        Lane.start("loop") {
            loop.run(cycles: cycles)
            ended.raise()
        }
        return ended
    }

    // MARK: running

    @Test func runsItsCyclesAndEnds() throws {
        let mailbox = Mailbox()
        let port = try Self.server().port
        let loop = try Self.asking(port, mailbox)
        let begun = Instant.now
        loop.run(cycles: 25)
        #expect(loop.counts.cycles == 25 && Instant.now.since(begun) >= 25 * Self.settings.period)
        #expect(loop.duration.maximum > 0 && loop.duration.quantile(0.5) <= loop.duration.maximum)
        #expect(loop.lateness.quantile(1) == loop.lateness.maximum)
        #expect(mailbox.ioBeat > begun && mailbox.plc.hasFault && !mailbox.plc.isConnected)
    }

    @Test func endsWhenItIsTold() throws {
        let loop = try Self.asking(try Self.server().port, Mailbox())
        let ended = Self.onALane(loop)
        loop.stop()
        ended.wait()
        loop.run()
        #expect(loop.counts.cycles < 100, "a loop that was stopped does not begin again")
    }

    @Test func everyLoopIsALifeOfItsOwn() throws {
        let mailbox = Mailbox()
        var key = LetterKey()
        #expect(mailbox.send(key.next()))
        _ = try Self.asking(try Self.server().port, mailbox)
        #expect(mailbox.nextVerdict() == .nothing, "what was written for the loop before is not heard")
        #expect(mailbox.beginIO() == 2)
    }

    @Test func tornAndForeignLettersAreCounted() throws {
        let mailbox = Mailbox()
        let loop = try Self.asking(try Self.server().port, mailbox)
        var key = LetterKey()
        for _ in 0..<20 { #expect(mailbox.send(key.next())) }
        #expect(mailbox.tearWaitingVerdict(with: 5))
        loop.run(cycles: 2)
        #expect(loop.counts.torn == 1 && loop.counts.unasked == 15, "eight letters a cycle")
        loop.run(cycles: 1)
        #expect(loop.counts.unasked == 19)
    }

    /// A PLC that is asked, on a lane of its own.
    private static func plc(_ server: ModbusServer, until stopping: Stop) -> Flagpole {
        let gone = Flagpole()
        Lane.start("plc") {
            let requests = server.block(start: requestBase, count: RegisterMap.requestCount)
            let results = server.block(start: resultBase, count: RegisterMap.resultCount)
            var plc = PLC()
            while !stopping.isSet {
                plc.scan(LineResult { results[$0] })
                plc.request.write { requests[$0] = $1 }
                server.serve(until: Instant.now.advanced(by: Span64.millisecond))
            }
            gone.raise()
        }
        return gone
    }

    /// The station lives and does not read: its ring is full, and nobody waits for it.
    @Test func aPartThatFindsTheMailboxFullIsAnsweredSafely() throws {
        let mailbox = Mailbox()
        let server = try Self.server()
        let stopping = Stop()
        let loop = try Self.asking(server.port, mailbox)
        for number in UInt32(1)...64 {
            let key = PartKey(part: number, sequence: 1, triggered: .now)
            #expect(mailbox.send(TriggerLetter(key: key, partNumber: 0, ioLife: 1)))
        }
        let gone = Self.plc(server, until: stopping)
        let ended = Self.onALane(loop)
        var outcomes: [OutcomeLetter] = []
        #expect(
            Self.comes {
                mailbox.beat(.now, state: .ready, modelCode: 7)
                while case .letter(let outcome) = mailbox.nextOutcome() { outcomes.append(outcome) }
                return outcomes.count >= 3
            })
        stopping.set()
        loop.stop()
        ended.wait()
        gone.wait()
        #expect(outcomes.allSatisfy { $0.verdict == .reject && $0.reason == .queueFull && $0.kind == .acknowledged })
        #expect(loop.counts.lettersLost >= 3 && loop.counts.passes == 0)
    }

    // MARK: a part's way, either way round

    @Test(arguments: [Verdict.pass, .reject, .review])
    func aVerdictReachesAPLCThatIsAsked(_ verdict: Verdict) throws {
        let mailbox = Mailbox()
        let server = try Self.server()
        let stopping = Stop()
        let loop = try Self.asking(server.port, mailbox)
        let gone = Self.plc(server, until: stopping)
        let ended = Self.onALane(loop)
        let outcomes = Station(mailbox, verdict).judge(parts: 20, within: Self.patience)
        stopping.set()
        loop.stop()
        ended.wait()
        gone.wait()
        Self.check(outcomes, verdict, loop)
    }

    @Test func aVerdictReachesAPLCThatAsks() throws {
        let mailbox = Mailbox()
        let server = try Self.server()
        let port = server.port
        let bus = PLCBus(answering: server, requestBase: Self.requestBase, resultBase: Self.resultBase)
        let loop = ControlLoop(Self.settings, mailbox: mailbox, bus: bus)
        let stopping = Stop()
        let gone = Flagpole()
        let client = try ModbusClient(
            ModbusAddress(host: "127.0.0.1", port: port), replyWithin: 500 * Span64.millisecond)
        Lane.start("plc") {
            let requests = RegisterBlock(start: Self.requestBase, count: RegisterMap.requestCount)
            let results = RegisterBlock(start: Self.resultBase, count: RegisterMap.resultCount)
            var plc = PLC()
            while !stopping.isSet {
                plc.scan(LineResult { results[$0] })
                plc.request.write { requests[$0] = $1 }
                _ = client.exchange(write: requests, read: results)
                Pause.nanoseconds(Span64.millisecond)
            }
            gone.raise()
        }
        let ended = Self.onALane(loop)
        let outcomes = Station(mailbox, .pass).judge(parts: 20, within: Self.patience)
        stopping.set()
        loop.stop()
        ended.wait()
        gone.wait()
        Self.check(outcomes, .pass, loop)
    }

    private static func check(_ outcomes: [OutcomeLetter], _ verdict: Verdict, _ loop: ControlLoop) {
        #expect(outcomes.count == 20 && outcomes.allSatisfy { $0.kind == .acknowledged && $0.verdict == verdict })
        #expect(outcomes.allSatisfy { $0.ackVerdict == verdict.rawValue })
        #expect(outcomes.map(\.key.part) == Array(101...120))
        let counts = loop.counts
        #expect(counts.failSafes == 0 && counts.refused == 0 && counts.unasked == 0 && counts.missedTriggers == 0)
        #expect([counts.passes, counts.rejects, counts.reviews][Int(verdict.rawValue) - 1] >= 20)
    }

    // MARK: a PLC that goes away

    @Test func aPLCThatIsGoneIsAFaultAndThenItIsBack() throws {
        let mailbox = Mailbox()
        let server = try Self.server()
        var settings = Self.settings
        settings.plcSilence = 60 * Span64.millisecond
        let loop = try Self.asking(server.port, mailbox, settings)
        let phase = Phase()
        let gone = Flagpole()
        Lane.start("plc") {
            let requests = server.block(start: Self.requestBase, count: RegisterMap.requestCount)
            var request = PLCRequest()
            request.control = .enable
            while phase.value < 2 {
                request.heartbeat &+= 1
                request.write { requests[$0] = $1 }
                if phase.value == 1 { server.hangUp() }
                guard phase.value != 1 else {
                    Pause.nanoseconds(Span64.millisecond)
                    continue
                }
                server.serve(until: Instant.now.advanced(by: Span64.millisecond))
            }
            gone.raise()
        }
        let ended = Self.onALane(loop)
        #expect(Self.comes { !mailbox.plc.hasFault && mailbox.plc.isConnected && mailbox.plc.isEnabled })
        phase.value = 1
        #expect(Self.comes { mailbox.plc.hasFault && !mailbox.plc.isConnected })
        phase.value = 0
        #expect(Self.comes { !mailbox.plc.hasFault && mailbox.plc.isConnected })
        phase.value = 2
        loop.stop()
        ended.wait()
        gone.wait()
        #expect(loop.counts.plcLosses >= 1 && loop.counts.busErrors >= 1)
    }

    private static func comes(_ event: () -> Bool) -> Bool {
        let end = Instant.now.advanced(by: patience)
        while !event() {
            guard Instant.now < end else { return false }
            Pause.nanoseconds(Span64.millisecond)
        }
        return true
    }
}

private final class Stop: Sendable {
    private let flag = Atomic<Bool>(false)
    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

private final class Phase: Sendable {
    private let number = Atomic<Int>(0)
    var value: Int {
        get { number.load(ordering: .acquiring) }
        set { number.store(newValue, ordering: .releasing) }
    }
}

/// Verdicts for parts that nobody has asked for.
private struct LetterKey {
    private var part: UInt32 = 0

    mutating func next() -> VerdictLetter {
        part += 1
        return VerdictLetter(
            key: PartKey(part: part, sequence: 1, triggered: .now), verdict: .pass, reason: .ok, modelCode: 7, score: 0,
            stationLife: 1, ioLife: 1, decided: .now, entry: 0)
    }
}

/// A PLC with one part at a time: the next one comes when the one before was answered.
private struct PLC {
    var request: PLCRequest = {
        var request = PLCRequest()
        request.control = .enable
        request.part = 100
        return request
    }()
    private var heartbeat: UInt16?

    mutating func scan(_ result: LineResult?) {
        request.heartbeat &+= 1
        // The first turn comes when the node is there, so that it is not taken for one of before.
        guard let result, result.status.contains(.ready) else { return }
        if request.sequence == 0 { return nextPart() }
        guard result.status.contains(.valid), result.sequence == request.sequence, result.part == request.part else {
            return
        }
        request.ackSequence = result.sequence
        request.ackVerdict = result.verdict.rawValue
        nextPart()
    }

    private mutating func nextPart() {
        request.sequence += 1
        request.part += 1
    }
}

/// A station that says the same of every part.
private struct Station {
    let mailbox: Mailbox
    let verdict: Verdict
    let life: UInt32

    init(_ mailbox: Mailbox, _ verdict: Verdict) {
        self.mailbox = mailbox
        self.verdict = verdict
        life = mailbox.beginStation()
    }

    /// Answers triggers until so many parts' outcomes have come; what came of them.
    func judge(parts: Int, within patience: UInt64) -> [OutcomeLetter] {
        let end = Instant.now.advanced(by: patience)
        var outcomes: [OutcomeLetter] = []
        while outcomes.count < parts, Instant.now < end {
            let bell = mailbox.bellCount
            mailbox.beat(.now, state: .ready, modelCode: 7)
            while case .letter(let trigger) = mailbox.nextTrigger() { answer(trigger) }
            while outcomes.count < parts, case .letter(let outcome) = mailbox.nextOutcome() { outcomes.append(outcome) }
            mailbox.listen(since: bell, until: Instant.now.advanced(by: 2 * Span64.millisecond))
        }
        return outcomes
    }

    private func answer(_ trigger: TriggerLetter) {
        _ = mailbox.send(
            VerdictLetter(
                key: trigger.key, verdict: verdict, reason: verdict == .pass ? .ok : .defect, modelCode: 7, score: 0.5,
                stationLife: life, ioLife: trigger.ioLife, decided: .now, entry: 0))
    }
}
