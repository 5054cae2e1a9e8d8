import Core
import Mailbox
import Testing

/// What a process leaves behind that dies in the middle of a letter.
@Suite struct TornLetterTests {
    private typealias Place = MailboxFile.Place

    @Test(arguments: UInt64(0)..<56)
    func aVerdictWithOneWrongByteIsToldAndGone(_ byte: UInt64) {
        let mailbox = Mailbox()
        for noise in stride(from: byte, to: byte + 56 * 255, by: 56) {
            #expect(mailbox.send(LetterTests.verdict(1)) && mailbox.send(LetterTests.verdict(2)))
            #expect(mailbox.tearWaitingVerdict(with: noise))
            #expect(mailbox.nextVerdict() == .torn)
            #expect(mailbox.nextVerdict() == .letter(LetterTests.verdict(2)) && mailbox.nextVerdict() == .nothing)
        }
    }

    @Test func everyTurnedBitIsTold() throws {
        let file = try MailboxFile()
        let mailbox = try Mailbox(path: file.path)
        for byte in 0..<Place.letterBytes {
            for bit in 0..<8 {
                let cell = (byte * 8 + bit) % 64 * Place.letterBytes + Place.letters + byte
                #expect(mailbox.send(LetterTests.trigger(1)) && mailbox.send(LetterTests.outcome(1)))
                try file.turn(1 << bit, at: Place.triggers + cell)
                try file.turn(1 << bit, at: Place.outcomes + cell)
                #expect(mailbox.nextTrigger() == .torn && mailbox.nextOutcome() == .torn)
                #expect(mailbox.nextTrigger() == .nothing && mailbox.nextOutcome() == .nothing)
            }
        }
    }

    /// A letter of the round before, whole in itself, where the newest one should be.
    @Test func aLetterOfTheRoundBeforeIsTorn() throws {
        let file = try MailboxFile()
        let mailbox = try Mailbox(path: file.path)
        #expect(mailbox.send(LetterTests.verdict(1)) && mailbox.nextVerdict() == .letter(LetterTests.verdict(1)))
        try file.write(UInt64(65), at: Place.verdicts + Place.written)
        try file.write(UInt64(64), at: Place.verdicts + Place.read)
        #expect(mailbox.nextVerdict() == .torn && mailbox.nextVerdict() == .nothing)
    }

    @Test func zeroesAreNoLetter() throws {
        let file = try MailboxFile()
        let mailbox = try Mailbox(path: file.path)
        for ring in [Place.triggers, Place.outcomes, Place.verdicts] {
            try file.write(UInt64(1), at: ring + Place.written)
        }
        #expect(mailbox.nextTrigger() == .torn && mailbox.nextOutcome() == .torn && mailbox.nextVerdict() == .torn)
    }

    /// Counters that no two processes can have left: told once, and then the ring works.
    @Test(arguments: [(UInt64(0), UInt64(1)), (0, .max), (65, 0), (1 << 40, 3), (.max, 0), (5, 1 << 60)])
    func aRingWithSenselessCountersHeals(_ written: UInt64, _ read: UInt64) throws {
        let file = try MailboxFile()
        let mailbox = try Mailbox(path: file.path)
        try file.write(written, at: Place.verdicts + Place.written)
        try file.write(read, at: Place.verdicts + Place.read)
        #expect(mailbox.nextVerdict() == .torn && mailbox.nextVerdict() == .nothing)
        for number in 0..<UInt32(200) {
            #expect(mailbox.send(LetterTests.verdict(number)))
            #expect(mailbox.nextVerdict() == .letter(LetterTests.verdict(number)))
        }
    }

    /// Until the reader has healed it, such a ring takes nothing rather than overwrite what it has not read.
    @Test func aRingWhoseReaderIsAheadRefuses() throws {
        let file = try MailboxFile()
        let mailbox = try Mailbox(path: file.path)
        try file.write(UInt64(9), at: Place.verdicts + Place.read)
        #expect(!mailbox.send(LetterTests.verdict(1)))
    }

    @Test func aNumberThatIsNoStateIsBoot() throws {
        let file = try MailboxFile()
        let mailbox = try Mailbox(path: file.path)
        mailbox.beat(Instant(nanoseconds: 5), state: .ready, modelCode: 7)
        try file.write(UInt32(6 << 16 | 7), at: Place.release)
        #expect(mailbox.station.state == .boot)
    }
}
