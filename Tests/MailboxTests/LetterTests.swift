import Core
import Mailbox
import Testing

/// Letters as they are written and read.
@Suite struct LetterTests {
    static let keys = [
        PartKey(part: 0, sequence: 0, triggered: Instant(nanoseconds: 0)),
        PartKey(part: 4_711, sequence: 17, triggered: Instant(nanoseconds: 1_234_567_890)),
        PartKey(part: .max, sequence: 0, triggered: .distantFuture),
        PartKey(part: 0, sequence: .max, triggered: Instant(nanoseconds: 1)),
        PartKey(part: .max, sequence: .max, triggered: .distantFuture),
    ]

    static func trigger(_ number: UInt32) -> TriggerLetter {
        let key = PartKey(
            part: number, sequence: UInt16(truncatingIfNeeded: number),
            triggered: Instant(nanoseconds: UInt64(number) << 20))
        return TriggerLetter(key: key, partNumber: UInt16(truncatingIfNeeded: number >> 16), ioLife: ~number)
    }

    static func verdict(_ number: UInt32, _ verdict: Verdict = .pass, _ reason: Reason = .ok) -> VerdictLetter {
        VerdictLetter(
            key: trigger(number).key, verdict: verdict, reason: reason, modelCode: 7, score: 0.25, stationLife: 5,
            ioLife: 6, decided: Instant(nanoseconds: 99), entry: 1_000)
    }

    static func outcome(_ number: UInt32, _ kind: OutcomeLetter.Kind = .acknowledged) -> OutcomeLetter {
        OutcomeLetter(
            key: trigger(number).key, kind: kind, verdict: .reject, reason: .defect, ackVerdict: 2,
            at: Instant(nanoseconds: 98))
    }

    @Test(arguments: keys, [(UInt16(0), UInt32(0)), (3, 4), (.max, .max), (.max, 0), (0, .max)])
    func triggersComeAsTheyWereSent(_ key: PartKey, _ rest: (partNumber: UInt16, ioLife: UInt32)) {
        let mailbox = Mailbox()
        let letter = TriggerLetter(key: key, partNumber: rest.partNumber, ioLife: rest.ioLife)
        #expect(mailbox.send(letter))
        #expect(mailbox.nextTrigger() == .letter(letter) && mailbox.nextTrigger() == .nothing)
    }

    @Test(arguments: keys, [TriggerLetter.Kind.asked, .answered, .unknown])
    func whatIsToldWithoutBeingAskedComesAsItWasSent(_ key: PartKey, _ kind: TriggerLetter.Kind) {
        let mailbox = Mailbox()
        let letter = TriggerLetter(key: key, partNumber: .max, ioLife: .max, kind: kind)
        #expect(mailbox.send(letter) && mailbox.nextTrigger() == .letter(letter))
    }

    @Test(arguments: keys, Verdict.allCases)
    func verdictsComeAsTheyWereSent(_ key: PartKey, _ verdict: Verdict) {
        let mailbox = Mailbox()
        for reason in Reason.allCases {
            for code in [UInt16(0), 7, .max] {
                for life in [UInt32(0), 5, .max] {
                    let letter = VerdictLetter(
                        key: key, verdict: verdict, reason: reason, modelCode: code, score: -1.5, stationLife: life,
                        ioLife: ~life, decided: key.triggered, entry: UInt64(life) << 32 | UInt64(code))
                    #expect(mailbox.send(letter) && mailbox.nextVerdict() == .letter(letter))
                }
            }
        }
    }

    @Test(arguments: [
        Float.zero, -0.0, 1, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity, .nan,
    ])
    func scoresComeToTheLastBit(_ score: Float) throws {
        let mailbox = Mailbox()
        var letter = Self.verdict(1)
        letter.score = score
        #expect(mailbox.send(letter))
        guard case .letter(let came) = mailbox.nextVerdict() else {
            Issue.record("no letter")
            return
        }
        #expect(came.score.bitPattern == score.bitPattern)
    }

    @Test(arguments: keys, [OutcomeLetter.Kind.acknowledged, .missed, .failSafe])
    func outcomesComeAsTheyWereSent(_ key: PartKey, _ kind: OutcomeLetter.Kind) {
        let mailbox = Mailbox()
        for verdict in Verdict.allCases {
            for reason in Reason.allCases {
                let letter = OutcomeLetter(
                    key: key, kind: kind, verdict: verdict, reason: reason, ackVerdict: .max, at: key.triggered)
                #expect(mailbox.send(letter) && mailbox.nextOutcome() == .letter(letter))
            }
        }
    }

    // MARK: rings

    private static let room: UInt32 = 64

    @Test func anEmptyRingGivesNothing() {
        let mailbox = Mailbox()
        #expect(mailbox.nextTrigger() == .nothing && mailbox.nextVerdict() == .nothing)
        #expect(mailbox.nextOutcome() == .nothing && !mailbox.tearWaitingVerdict(with: 1))
    }

    @Test func aFullRingRefusesAndKeepsWhatItHas() {
        let mailbox = Mailbox()
        for number in 0..<Self.room {
            #expect(mailbox.send(Self.trigger(number)) && mailbox.send(Self.verdict(number)))
            #expect(mailbox.send(Self.outcome(number)))
        }
        #expect(!mailbox.send(Self.trigger(99)) && !mailbox.send(Self.verdict(99)) && !mailbox.send(Self.outcome(99)))
        #expect(mailbox.nextTrigger() == .letter(Self.trigger(0)))
        #expect(mailbox.send(Self.trigger(Self.room)) && !mailbox.send(Self.trigger(99)))
        for number in 1...Self.room { #expect(mailbox.nextTrigger() == .letter(Self.trigger(number))) }
        for number in 0..<Self.room { #expect(mailbox.nextVerdict() == .letter(Self.verdict(number))) }
        for number in 0..<Self.room { #expect(mailbox.nextOutcome() == .letter(Self.outcome(number))) }
        #expect(mailbox.nextTrigger() == .nothing && mailbox.nextVerdict() == .nothing)
    }

    /// Round and round, with every number of letters waiting at every place of the ring.
    @Test func aRingGoesRound() {
        let mailbox = Mailbox()
        var sent: UInt32 = 0
        var read: UInt32 = 0
        for waiting in (1...Self.room).map({ $0 * 37 % (Self.room + 1) }) {
            while sent - read < waiting {
                #expect(mailbox.send(Self.trigger(sent)))
                sent += 1
            }
            while sent - read > waiting / 3 {
                #expect(mailbox.nextTrigger() == .letter(Self.trigger(read)))
                read += 1
            }
        }
        #expect(sent > 10 * Self.room)
    }

    @Test func ringsDoNotMixTheirLetters() {
        let mailbox = Mailbox()
        #expect(mailbox.send(Self.trigger(1)) && mailbox.send(Self.verdict(2)) && mailbox.send(Self.outcome(3)))
        #expect(mailbox.nextOutcome() == .letter(Self.outcome(3)) && mailbox.nextOutcome() == .nothing)
        #expect(mailbox.nextVerdict() == .letter(Self.verdict(2)) && mailbox.nextVerdict() == .nothing)
        #expect(mailbox.nextTrigger() == .letter(Self.trigger(1)) && mailbox.nextTrigger() == .nothing)
    }
}
