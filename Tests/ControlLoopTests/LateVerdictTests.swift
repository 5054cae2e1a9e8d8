import Core
import LineMap
import Mailbox
import Modbus
import Testing

@testable import ControlLoop

/// A verdict that is decided while a cycle begins is as good as any: it is heard when it is read.
@Suite struct LateVerdictTests {
    private static let resultBase = 20

    private static func loop(_ server: ModbusServer, _ mailbox: Mailbox) -> ControlLoop {
        var settings = ControlSettings()
        settings.decideWithin = 30 * Span64.second
        settings.ageLimit = 30 * Span64.second
        settings.plcSilence = 30 * Span64.second
        settings.stationSilence = 30 * Span64.second
        return ControlLoop(
            settings, mailbox: mailbox, bus: PLCBus(answering: server, requestBase: 0, resultBase: resultBase))
    }

    @Test func aVerdictOfThisVeryCycleIsBelieved() throws {
        let mailbox = Mailbox()
        let server = try ModbusServer(host: "127.0.0.1", port: 0, unit: 1, registers: 40)
        // The bus is there as long as somebody is.
        let hold = Flagpole()
        defer { hold.raise() }
        let client = try ModbusClient(
            ModbusAddress(host: "127.0.0.1", port: server.port), replyWithin: 20 * Span64.second)
        Lane.start("plc") {
            let nothing = RegisterBlock(start: 38, count: 1)
            _ = client.exchange(write: nothing, read: nothing)
            hold.wait()
        }
        #expect(server.serve(until: Instant.now.advanced(by: 20 * Span64.second), once: true))
        let loop = Self.loop(server, mailbox)
        let life = mailbox.beginStation()
        let requests = server.block(start: 0, count: RegisterMap.requestCount)
        var request = PLCRequest()
        request.control = .enable
        request.heartbeat = 1
        mailbox.beat(.now, state: .ready, modelCode: 7)
        request.write { requests[$0] = $1 }
        loop.cycle(.now)
        request.sequence = 1
        request.part = 40
        request.write { requests[$0] = $1 }
        loop.cycle(.now)
        var asked: TriggerLetter?
        while case .letter(let letter) = mailbox.nextTrigger() { if letter.kind == .asked { asked = letter } }
        let trigger = try #require(asked)
        mailbox.beat(.now, state: .ready, modelCode: 7)
        let began = Instant.now
        let letter = VerdictLetter(
            key: trigger.key, verdict: .pass, reason: .ok, modelCode: 7, score: 0.25, stationLife: life,
            ioLife: trigger.ioLife, decided: began.advanced(by: 1), entry: 1)
        #expect(mailbox.send(letter))
        Pause.nanoseconds(Span64.millisecond)
        loop.cycle(began)
        let results = server.block(start: Self.resultBase, count: RegisterMap.resultCount)
        let shown = try #require(LineResult { results[$0] })
        #expect(shown.verdict == .pass && shown.reason == .ok && shown.part == 40 && loop.counts.refused == 0)
    }
}
