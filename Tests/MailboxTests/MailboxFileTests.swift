import Core
import Glibc
import Mailbox
import Testing

/// The file that outlives its processes.
@Suite struct MailboxFileTests {
    @Test func whoeverOpensItSharesIt() throws {
        let file = try MailboxFile()
        let station = try Mailbox(path: file.path)
        let plc = try Mailbox(path: file.path)
        #expect(plc.send(LetterTests.trigger(1)) && station.nextTrigger() == .letter(LetterTests.trigger(1)))
        #expect(station.send(LetterTests.verdict(2)) && plc.nextVerdict() == .letter(LetterTests.verdict(2)))
        #expect(plc.send(LetterTests.outcome(3)) && station.nextOutcome() == .letter(LetterTests.outcome(3)))
        #expect(plc.nextTrigger() == .nothing && station.nextVerdict() == .nothing)
        station.beat(Instant(nanoseconds: 5), state: .warming, modelCode: 9)
        #expect(plc.station.state == .warming && plc.station.modelCode == 9)
    }

    @Test func isOnlyItsOwners() throws {
        let file = try MailboxFile()
        _ = try Mailbox(path: file.path)
        var facts = stat()
        #expect(stat(file.path, &facts) == 0)
        #expect(facts.st_mode & 0o777 == 0o600 && facts.st_size == MailboxFile.Place.size)
    }

    @Test func keepsWhatWasWrittenForWhoeverComesNext() throws {
        let file = try MailboxFile()
        #expect(try Mailbox(path: file.path).send(LetterTests.trigger(1)))
        #expect(try Mailbox(path: file.path).nextTrigger() == .letter(LetterTests.trigger(1)))
    }

    /// What lies at the path may be another file by now.
    @Test func knowsWhetherItStillLiesThere() throws {
        let file = try MailboxFile()
        let mailbox = try Mailbox(path: file.path)
        #expect(mailbox.lies(at: file.path))
        unlink(file.path)
        #expect(!mailbox.lies(at: file.path))
        let other = try Mailbox(path: file.path)
        #expect(!mailbox.lies(at: file.path) && other.lies(at: file.path))
    }

    struct Foreign: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
    }

    private static let foreign = [
        Foreign(testDescription: "a text", bytes: Array("#!/bin/sh\n".utf8)),
        Foreign(testDescription: "another magic", bytes: [0x43, 0x4d, 0x53, 0x4c, 1, 0, 0, 0]),
        Foreign(testDescription: "a later version", bytes: [0x42, 0x4d, 0x53, 0x4c, 2, 0, 0, 0]),
        Foreign(testDescription: "no version", bytes: [0x42, 0x4d, 0x53, 0x4c, 0, 0, 0, 0]),
        Foreign(testDescription: "all ones", bytes: [UInt8](repeating: 0xff, count: 1 << 14)),
    ]

    @Test(arguments: foreign)
    func aForeignFileIsRefused(_ foreign: Foreign) throws {
        let file = try MailboxFile()
        try file.write(foreign.bytes)
        let fault = #expect(throws: Fault.self) { try Mailbox(path: file.path) }
        #expect(fault?.code == .invalid && fault?.message.contains(file.path) == true && fault?.hint != nil)
    }

    @Test(arguments: foreign)
    func aForeignFileIsLeftAsItWas(_ foreign: Foreign) throws {
        let file = try MailboxFile()
        try file.write(foreign.bytes)
        #expect(throws: Fault.self) { try Mailbox(path: file.path) }
        let isAsItWas = try file.bytes() == foreign.bytes
        #expect(isAsItWas)
    }

    /// A file that begins with zeroes is not a mailbox yet only when there is nothing else in it.
    @Test func aForeignFileThatBeginsWithZeroesIsRefused() throws {
        let file = try MailboxFile()
        try file.write([0, 0, 0, 0, 0, 0, 0, 0] + Array("something of somebody".utf8))
        #expect(throws: Fault.self) { try Mailbox(path: file.path) }
    }

    @Test func aLinkAFolderAndNoFolderAreRefused() throws {
        let file = try MailboxFile()
        #expect(symlink("/dev/null", file.path) == 0)
        #expect(throws: Fault.self) { try Mailbox(path: file.path) }
        unlink(file.path)
        #expect(mkdir(file.path, 0o700) == 0)
        #expect(throws: Fault.self) { try Mailbox(path: file.path) }
        #expect(throws: Fault.self) { try Mailbox(path: file.path + "/not/there") }
    }

    // MARK: lives

    @Test func everyLifeHasANumberOfItsOwn() throws {
        let file = try MailboxFile()
        #expect(try Mailbox(path: file.path).station.life == 0)
        for life in UInt32(1)...5 {
            let mailbox = try Mailbox(path: file.path)
            #expect(mailbox.beginStation() == life && mailbox.station.life == life)
            #expect(mailbox.beginIO() == life)
        }
        let mailbox = try Mailbox(path: file.path)
        #expect(mailbox.beginIO() == 6 && mailbox.station.life == 5, "the two do not count together")
    }

    @Test func aStationsLifeBeginsWithoutTheTriggersOfTheOneBefore() {
        let mailbox = Mailbox()
        #expect(mailbox.send(LetterTests.trigger(1)) && mailbox.send(LetterTests.outcome(1)))
        #expect(mailbox.send(LetterTests.verdict(1)))
        _ = mailbox.beginStation()
        #expect(mailbox.nextTrigger() == .nothing)
        #expect(mailbox.nextOutcome() == .letter(LetterTests.outcome(1)), "it is still to be written down")
        #expect(mailbox.nextVerdict() == .letter(LetterTests.verdict(1)), "that one is the PLC process' to judge")
        #expect(mailbox.send(LetterTests.trigger(2)) && mailbox.nextTrigger() == .letter(LetterTests.trigger(2)))
    }

    @Test func aPLCProcessLifeBeginsWithoutTheVerdictsForTheOneBefore() {
        let mailbox = Mailbox()
        #expect(mailbox.send(LetterTests.trigger(1)) && mailbox.send(LetterTests.outcome(1)))
        for number in 0..<UInt32(64) { #expect(mailbox.send(LetterTests.verdict(number))) }
        _ = mailbox.beginIO()
        #expect(mailbox.nextVerdict() == .nothing)
        #expect(mailbox.nextTrigger() == .letter(LetterTests.trigger(1)))
        #expect(mailbox.nextOutcome() == .letter(LetterTests.outcome(1)))
        #expect(mailbox.send(LetterTests.verdict(9)) && mailbox.nextVerdict() == .letter(LetterTests.verdict(9)))
    }
}
