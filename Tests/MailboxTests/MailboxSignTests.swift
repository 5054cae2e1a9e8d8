import Core
import Glibc
import Mailbox
import Testing

/// What either side says of itself, and the bell.
@Suite struct MailboxSignTests {
    @Test func nobodyHasSaidAnythingYet() {
        let mailbox = Mailbox()
        #expect(
            mailbox.station == StationSign(beat: Instant(nanoseconds: 0), life: 0, state: .boot, modelCode: 0))
        #expect(mailbox.ioBeat == Instant(nanoseconds: 0) && !mailbox.plc.isConnected && !mailbox.plc.isEnabled)
    }

    @Test(arguments: StationState.allCases, [UInt16(0), 7, .max])
    func theStationsSignComesBack(_ state: StationState, _ code: UInt16) {
        let mailbox = Mailbox()
        let life = mailbox.beginStation()
        for beat in [Instant(nanoseconds: 1), Instant(nanoseconds: 1 << 40), .distantFuture] {
            mailbox.beat(beat, state: state, modelCode: code)
            #expect(mailbox.station == StationSign(beat: beat, life: life, state: state, modelCode: code))
        }
    }

    @Test(arguments: 0..<16, [UInt16(0), 1, .max])
    func thePLCsSignComesBack(_ flags: Int, _ heartbeat: UInt16) {
        let mailbox = Mailbox()
        let sign = PLCSign(
            isConnected: flags & 1 != 0, hasFault: flags & 2 != 0, isBypassed: flags & 4 != 0,
            isEnabled: flags & 8 != 0, heartbeat: heartbeat)
        mailbox.beat(Instant(nanoseconds: 77), plc: sign)
        #expect(mailbox.plc == sign && mailbox.ioBeat == Instant(nanoseconds: 77))
    }

    // MARK: the bell

    @Test func whoListensForARingThatWasDoesNotSleep() {
        let mailbox = Mailbox()
        let count = mailbox.bellCount
        mailbox.ring()
        #expect(mailbox.bellCount == count &+ 1)
        let begun = Instant.now
        mailbox.listen(since: count, until: begun.advanced(by: 60 * Span64.second))
        #expect(Instant.now.since(begun) < 30 * Span64.second)
    }

    @Test func nobodyListensLongerThanToldTo() {
        let mailbox = Mailbox()
        let begun = Instant.now
        mailbox.listen(since: mailbox.bellCount, until: begun.advanced(by: 5 * Span64.millisecond))
        #expect(Instant.now.since(begun) >= 5 * Span64.millisecond)
    }

    /// The bell wakes whoever sleeps on another mapping of the file, as another process would.
    @Test func aRingWakesTheOtherSide() throws {
        let file = try MailboxFile()
        let station = try Mailbox(path: file.path)
        let plc = try Mailbox(path: file.path)
        let woken = Flagpole()
        let count = station.bellCount
        let begun = Instant.now
        Lane.start("listener") {
            // A wake-up that nobody rang for is allowed; the bell's count tells.
            while station.bellCount == count, Instant.now.since(begun) < 60 * Span64.second {
                station.listen(since: count, until: begun.advanced(by: 60 * Span64.second))
            }
            woken.raise()
        }
        Pause.nanoseconds(20 * Span64.millisecond)
        plc.ring()
        woken.wait()
        #expect(Instant.now.since(begun) < 30 * Span64.second)
    }
}

/// A ring's two ends on two threads.
@Suite struct MailboxThreadTests {
    private static let letters: UInt32 = 1_000_000

    @Test func losesDoublesAndTearsNothingOfAMillionTriggers() {
        let mailbox = Mailbox()
        Lane.start("plc") {
            for number in 0..<Self.letters { while !mailbox.send(LetterTests.trigger(number)) { sched_yield() } }
        }
        #expect(
            Self.firstWrong { number in
                while true {
                    switch mailbox.nextTrigger() {
                    case .letter(let letter): return letter == LetterTests.trigger(number)
                    case .torn: return false
                    case .nothing: sched_yield()
                    }
                }
            } == nil)
        #expect(mailbox.nextTrigger() == .nothing)
    }

    /// Both ways at once, through two mappings of one file.
    @Test func answersAMillionTriggers() throws {
        let file = try MailboxFile()
        let station = try Mailbox(path: file.path)
        let plc = try Mailbox(path: file.path)
        Lane.start("station") {
            var answered: UInt32 = 0
            while answered < Self.letters {
                guard case .letter(let trigger) = station.nextTrigger() else {
                    sched_yield()
                    continue
                }
                while !station.send(LetterTests.verdict(trigger.key.part)) { sched_yield() }
                answered += 1
            }
        }
        var sent: UInt32 = 0
        #expect(
            Self.firstWrong { number in
                while true {
                    while sent < Self.letters, plc.send(LetterTests.trigger(sent)) { sent += 1 }
                    switch plc.nextVerdict() {
                    case .letter(let letter): return letter == LetterTests.verdict(number)
                    case .torn: return false
                    case .nothing: sched_yield()
                    }
                }
            } == nil)
    }

    private static func firstWrong(_ isRight: (UInt32) -> Bool) -> UInt32? {
        (0..<letters).first { !isRight($0) }
    }
}
