import Core
import Testing

@testable import Broker

/// mosquitto's own words, as its log has them.
@Suite struct DepartureTests {
    @Test(arguments: [
        ("disconnected.", Departure.asked), ("closed its connection.", .lost),
        ("has exceeded timeout, disconnecting.", .silent), ("already connected, closing old connection.", .replaced),
        ("been disconnected by administrative action.", .sentAway), ("disconnected, not authorised.", .refused),
        ("disconnected due to protocol error.", .faulty), ("disconnected due to oversize packet.", .faulty),
        ("disconnected: Protocol error.", .lost), ("does something new.", .unknown),
    ])
    func wordsOfTheLog(_ words: String, _ wanted: Departure) {
        #expect(Departure(line: "Client press-7 \(words)", client: "press-7") == wanted)
        #expect(Departure(line: "Client press-7 \(words)", client: "press") == .unknown)
    }

    /// Nobody makes the log say something else of him by what he calls himself.
    @Test func nameThatReadsLikeWords() {
        let name = "a disconnected."
        #expect(Departure(line: "Client \(name) closed its connection.", client: name) == .lost)
        #expect(Departure(line: "Client \(name) closed its connection.", client: "a") == .unknown)
    }
}

@Suite struct GateQuestionTests {
    private static func question(_ words: String...) -> GateQuestion? {
        GateQuestion(Array(words.joined(separator: "\0").utf8))
    }

    @Test func whoComes() {
        let session = BrokerSession(name: "0x1", address: "10.0.0.7", keepAliveSeconds: 30, isClean: true)
        let question = Self.question("Cabc", "press-7", "0x1", "10.0.0.7", "30", "1")
        #expect(question?.matter == .wish(.come(session)))
        #expect(question?.certificate == "abc" && question?.client == "press-7")
        #expect(Self.question("Dabc", "press-7", "0x1")?.matter == .gone("0x1"))
    }

    @Test func whatIsKeptMayBeAnything() {
        let question = Self.question("Tabc", "press-7", "a/b", "1", "x\0y\0", "z")
        #expect(
            question?.matter == .wish(.keep(KeptMessage(topic: "a/b", quality: 1, payload: Array("x\0y\0\0z".utf8)))))
        #expect(
            Self.question("Tabc", "c", "a/b", "0", "")?.matter
                == .wish(.keep(KeptMessage(topic: "a/b", quality: 0, payload: []))))
    }

    @Test(arguments: [
        [UInt8](), Array("C".utf8), Array("Xa\0b\0c".utf8), Array("Ca\0b\0c".utf8), Array("Ta\0b\0c\0q\0".utf8),
    ])
    func whatIsNone(_ message: [UInt8]) { #expect(GateQuestion(message) == nil) }

    @Test(arguments: [("P", BrokerWish.publish("a/b")), ("S", .subscribe("a/b")), ("R", .receive("a/b"))])
    func wishes(_ kind: String, _ wish: BrokerWish) {
        #expect(Self.question(kind + "abc", "c", "a/b")?.matter == .wish(wish))
    }
}

@Suite struct ReceiptsTests {
    @Test func aReceiptThatCameBeforeIsNoReceipt() {
        let receipts = Receipts()
        receipts.note(7)
        let first = receipts.begin()
        receipts.note(7)
        let second = receipts.begin()
        #expect(receipts.wait(for: 7, since: first, until: .distantFuture))
        #expect(!receipts.wait(for: 7, since: second, until: .now))
        receipts.end()
        receipts.note(8)
        #expect(receipts.wait(for: 8, since: second, until: .distantFuture))
        receipts.end()
    }
}
