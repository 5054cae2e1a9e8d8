import Core
import Modbus
import Testing

/// A client and a server, over loopback.
@Suite struct ModbusTests {
    private static let patience = 5 * Span64.second

    private static func client(_ address: ModbusAddress, within timeout: UInt64 = patience) throws -> ModbusClient {
        try ModbusClient(address, replyWithin: timeout)
    }

    private static func block(_ start: Int, _ values: [UInt16]) -> RegisterBlock {
        let block = RegisterBlock(start: start, count: values.count)
        for (place, value) in values.enumerated() { block[place] = value }
        return block
    }

    private static func values(_ block: RegisterBlock) -> [UInt16] { (0..<block.count).map { block[$0] } }

    // MARK: an exchange

    @Test(arguments: [[UInt16(7)], [0, 1, 0x8000, .max], Array(0..<14), Array(0..<100)])
    func whatIsWrittenIsReadInTheSameExchange(_ words: [UInt16]) throws {
        let server = try AnsweringServer()
        defer { server.stop() }
        let client = try Self.client(server.address)
        let read = RegisterBlock(start: 100, count: words.count)
        #expect(client.exchange(write: Self.block(100, words), read: read))
        #expect(Self.values(read) == words && client.isConnected)
    }

    @Test func theServersRegistersAreItsOwnersToo() throws {
        let server = try AnsweringServer { server in
            let asked = server.block(start: 0, count: 4)
            let answer = server.block(start: 100, count: 4)
            for place in 0..<4 { answer[place] = asked[place] &* 2 }
        }
        defer { server.stop() }
        let client = try Self.client(server.address)
        let read = RegisterBlock(start: 100, count: 4)
        let end = Instant.now.advanced(by: Self.patience)
        while Self.values(read) != [2, 4, 6, 0xfffe], Instant.now < end {
            #expect(client.exchange(write: Self.block(0, [1, 2, 3, .max]), read: read))
        }
        #expect(Self.values(read) == [2, 4, 6, 0xfffe])
    }

    @Test func clientsSeeWhatOthersWrote() throws {
        let server = try AnsweringServer()
        defer { server.stop() }
        let clients = try (0..<ModbusServer.clientsMax).map { _ in try Self.client(server.address) }
        for (number, client) in clients.enumerated() {
            let before = RegisterBlock(start: 10, count: number + 1)
            #expect(client.exchange(write: Self.block(10 + number, [UInt16(number)]), read: before))
            #expect(Self.values(before) == (0...number).map(UInt16.init))
        }
    }

    @Test(arguments: 0..<ModbusServer.clientsMax)
    func aNinthTakesThePlaceOfTheOneThatWasSilentLongest(_ silent: Int) throws {
        let server = try AnsweringServer()
        defer { server.stop() }
        let read = RegisterBlock(start: 0, count: 1)
        let clients = try (0...ModbusServer.clientsMax).map { _ in try Self.client(server.address) }
        for client in clients.dropLast() { #expect(client.exchange(write: read, read: read)) }
        let talkative = clients.indices.dropLast().filter { $0 != silent }
        for place in talkative { #expect(clients[place].exchange(write: read, read: read)) }
        let last = try #require(clients.last)
        #expect(last.exchange(write: read, read: read))
        for place in talkative { #expect(clients[place].exchange(write: read, read: read)) }
        #expect(!clients[silent].exchange(write: read, read: read) && last.isConnected)
    }

    @Test func connectionsThatSayNothingKeepNobodyOut() throws {
        let server = try AnsweringServer()
        defer { server.stop() }
        let silent = (0..<ModbusServer.clientsMax).map { _ in RawPeer(connectingTo: server.address.port) }
        defer { withExtendedLifetime(silent) {} }
        let read = RegisterBlock(start: 0, count: 1)
        #expect(try Self.client(server.address).exchange(write: read, read: read))
    }

    // MARK: when it fails

    @Test func afterTheServerHungUpTheClientConnectsAnew() throws {
        let server = try AnsweringServer()
        defer { server.stop() }
        let client = try Self.client(server.address)
        let read = RegisterBlock(start: 0, count: 1)
        for round in 0..<UInt16(10) {
            #expect(client.exchange(write: Self.block(0, [round]), read: read) && read[0] == round)
            server.hangUp()
            #expect(!client.exchange(write: Self.block(0, [round]), read: read) && !client.isConnected)
        }
        #expect(client.exchange(write: Self.block(0, [77]), read: read) && read[0] == 77)
    }

    @Test func nobodyThereIsToldAtOnce() throws {
        let port = try ModbusServer(host: "127.0.0.1", port: 0, unit: 1, registers: 8).port
        let client = try Self.client(ModbusAddress(host: "127.0.0.1", port: port))
        let read = RegisterBlock(start: 0, count: 1)
        let begun = Instant.now
        #expect(!client.connect() && !client.exchange(write: read, read: read) && !client.isConnected)
        #expect(!client.lastError.isEmpty && Instant.now.since(begun) < Span64.second)
        client.close()
    }

    @Test func aServerThatComesLaterIsFound() throws {
        let port = try ModbusServer(host: "127.0.0.1", port: 0, unit: 1, registers: 8).port
        let client = try Self.client(ModbusAddress(host: "127.0.0.1", port: port))
        #expect(!client.connect())
        let server = try ModbusServer(host: "127.0.0.1", port: port, unit: 1, registers: 8)
        #expect(client.connect() && server.port == port)
    }

    /// It accepts and says nothing.
    @Test func aReplyIsNotWaitedForLongerThanSaid() throws {
        let silent = RawPeer()
        let client = try Self.client(
            ModbusAddress(host: "127.0.0.1", port: silent.port), within: 50 * Span64.millisecond)
        let read = RegisterBlock(start: 0, count: 1)
        let begun = Instant.now
        #expect(!client.exchange(write: read, read: read) && !client.isConnected)
        let took = Instant.now.since(begun)
        #expect(took >= 50 * Span64.millisecond && took < Span64.second)
    }

    @Test func aLateReplyIsNotTakenForTheNextOne() throws {
        let server = try AnsweringServer()
        defer { server.stop() }
        let client = try Self.client(server.address, within: 40 * Span64.millisecond)
        let read = RegisterBlock(start: 0, count: 1)
        var late = 0
        for round in UInt16(0)..<200 {
            if round % 20 == 10 { server.pause(100 * Span64.millisecond) }
            if client.exchange(write: Self.block(0, [round]), read: read) {
                #expect(read[0] == round)
            } else {
                late += 1
                #expect(!client.isConnected)
            }
        }
        #expect(late >= 5)
    }

    @Test func registersThatAreNotThereAreAnError() throws {
        let server = try AnsweringServer()
        defer { server.stop() }
        let client = try Self.client(server.address)
        let inside = RegisterBlock(start: 0, count: 2)
        for start in [AnsweringServer.registers - 1, AnsweringServer.registers, 65_534] {
            #expect(!client.exchange(write: inside, read: RegisterBlock(start: start, count: 2)))
            #expect(!client.exchange(write: RegisterBlock(start: start, count: 2), read: inside))
            #expect(client.exchange(write: inside, read: inside))
        }
    }

    @Test func blocksLongerThanAFrameAreAnError() throws {
        let server = try AnsweringServer()
        defer { server.stop() }
        let client = try Self.client(server.address)
        let inside = RegisterBlock(start: 0, count: 1)
        #expect(!client.exchange(write: RegisterBlock(start: 0, count: 122), read: inside))
        #expect(!client.exchange(write: inside, read: RegisterBlock(start: 0, count: 126)))
    }

    /// The unit that was asked for stands in the request's seventh byte.
    @Test(arguments: [0, 1, 2, 247, 255])
    func asksTheUnitItWasTold(_ unit: Int) throws {
        let peer = RawPeer()
        let client = try Self.client(
            ModbusAddress(host: "127.0.0.1", port: peer.port, unit: unit), within: 20 * Span64.millisecond)
        let read = RegisterBlock(start: 3, count: 2)
        #expect(!client.exchange(write: Self.block(5, [0x0607]), read: read))
        let request = peer.accepted().receive(19)
        #expect(request.count == 19 && Int(request[6]) == unit)
        #expect(request.dropFirst(7) == [23, 0, 3, 0, 2, 0, 5, 0, 1, 2, 6, 7])
    }
}

/// The server by itself, served by the test's own thread.
@Suite struct ModbusServerTests {
    private static func server() throws -> ModbusServer {
        try ModbusServer(host: "127.0.0.1", port: 0, unit: 1, registers: 8)
    }

    /// Read holding register 2.
    private static let question: [UInt8] = [0, 9, 0, 0, 0, 6, 1, 3, 0, 2, 0, 1]

    private static func soon() -> Instant { Instant.now.advanced(by: 5 * Span64.second) }

    @Test func answersAPlainReadOfHoldingRegisters() throws {
        let server = try Self.server()
        server.block(start: 2, count: 1)[0] = 0x1234
        let peer = RawPeer(connectingTo: server.port)
        peer.send(Self.question)
        server.serve(until: Instant.now.advanced(by: 20 * Span64.millisecond))
        #expect(peer.receive(11) == [0, 9, 0, 0, 0, 5, 1, 3, 2, 0x12, 0x34] && server.hasClients)
    }

    @Test func aPortThatIsTakenIsUnavailable() throws {
        let server = try Self.server()
        let fault = #expect(throws: Fault.self) {
            try ModbusServer(host: "127.0.0.1", port: server.port, unit: 1, registers: 8)
        }
        #expect(fault?.code == .unavailable && fault?.hint != nil)
    }

    @Test func servesUntilItsTimeAndNotLonger() throws {
        let server = try Self.server()
        let begun = Instant.now
        #expect(!server.serve(until: begun.advanced(by: 5 * Span64.millisecond)))
        #expect(Instant.now.since(begun) >= 4 * Span64.millisecond && !server.hasClients)
    }

    @Test func hangingUpEndsEveryConnection() throws {
        let server = try Self.server()
        let peers = (0..<5).map { _ in RawPeer(connectingTo: server.port) }
        server.serve(until: Instant.now.advanced(by: 20 * Span64.millisecond))
        #expect(server.hasClients)
        server.hangUp()
        #expect(!server.hasClients && peers.allSatisfy { $0.receive(1).isEmpty })
    }

    @Test func aClientThatLeavesIsForgotten() throws {
        let server = try Self.server()
        var peers = (0..<3).map { _ in RawPeer(connectingTo: server.port) }
        server.serve(until: Instant.now.advanced(by: 20 * Span64.millisecond))
        peers.removeAll()
        server.serve(until: Instant.now.advanced(by: 20 * Span64.millisecond))
        #expect(!server.hasClients)
    }

    @Test(arguments: [
        [UInt8](repeating: 0xff, count: 300), [0, 9, 0, 1, 0, 6, 1, 3, 0, 2, 0, 1], [0, 9, 0, 0, 0, 2, 1, 99],
        Array("GET / HTTP/1.1\r\nHost: plc\r\n\r\n".utf8),
    ])
    func nonsenseIsNotAnsweredWithRegisters(_ bytes: [UInt8]) throws {
        let server = try Self.server()
        let stranger = RawPeer(connectingTo: server.port)
        stranger.send(bytes)
        server.serve(until: Instant.now.advanced(by: 50 * Span64.millisecond))
        let peer = RawPeer(connectingTo: server.port)
        peer.send(Self.question)
        server.serve(until: Instant.now.advanced(by: 50 * Span64.millisecond))
        #expect(peer.receive(11).count == 11)
    }

    /// Whoever sends half a request must not keep the loop from its period.
    @Test func halfARequestDoesNotHoldTheServerUp() throws {
        let server = try Self.server()
        let peer = RawPeer(connectingTo: server.port)
        peer.send(Array(Self.question.prefix(3)))
        let begun = Instant.now
        server.serve(until: begun.advanced(by: 20 * Span64.millisecond))
        #expect(Instant.now.since(begun) < 200 * Span64.millisecond)
    }

    @Test func servingOneReturnsAfterAnAnswer() throws {
        let server = try Self.server()
        let peer = RawPeer(connectingTo: server.port)
        peer.send(Self.question)
        let begun = Instant.now
        #expect(server.serve(until: Self.soon(), once: true) || server.serve(until: Self.soon(), once: true))
        #expect(Instant.now.since(begun) < Span64.second)
    }

    @Test func servingOneDoesNotCountAConnectionAsARequest() throws {
        let server = try Self.server()
        let peer = RawPeer(connectingTo: server.port)
        #expect(!server.serve(until: Instant.now.advanced(by: 20 * Span64.millisecond), once: true))
        _ = peer
    }
}
