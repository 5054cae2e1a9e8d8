/// One keep-alive connection and the request it carries, if any.
///
/// Owned by one `BenchLoop` and used by its thread alone; a class only because an array cannot hold a noncopyable
/// socket. A connection that went down is opened again by the next request, whose service time then holds the connect.
final class BenchConnection {
    /// What became of the request.
    enum Outcome {
        case answered(status: Int)
        case failed(BenchFailure)
    }

    private enum Phase {
        case down
        case connecting
        case idle
        /// A request is being sent, and its answer may begin at any time.
        case writing(sent: Int)
        case reading
    }

    private let address: SocketAddress
    private let request: [UInt8]
    private let isHead: Bool
    private var socket: BenchSocket?
    private var phase = Phase.down
    private var parser = ResponseParser()
    private(set) var exchange: Exchange?
    /// No request is given to this connection before then.
    var restsUntil: Nanoseconds = 0

    init(address: SocketAddress, request: [UInt8], isHead: Bool) {
        self.address = address
        self.request = request
        self.isHead = isHead
    }

    var descriptor: Int32? { socket?.descriptor }

    var isConnected: Bool {
        switch phase {
        case .idle, .writing, .reading: true
        case .down, .connecting: false
        }
    }

    /// Whether the socket is waited for until it can be written to.
    var wantsToWrite: Bool {
        switch phase {
        case .connecting, .writing: true
        case .down, .idle, .reading: false
        }
    }

    /// Whether a request can be given to this connection.
    func isFree(at now: Nanoseconds) -> Bool { exchange == nil && now >= restsUntil }

    /// Begins to connect, without a request. False when the system refuses at once.
    func open() -> Bool {
        socket = BenchSocket(connectingTo: address)
        phase = socket == nil ? .down : .connecting
        return socket != nil
    }

    /// Begins a request.
    func begin(_ exchange: Exchange) -> Outcome? {
        self.exchange = exchange
        parser = ResponseParser(isHead: isHead)
        if case .down = phase, !open() { return fail(.connect) }
        guard case .idle = phase else { return nil }
        phase = .writing(sent: 0)
        return write()
    }

    /// Does what the socket is ready for.
    func advance(readable: Bool, writable: Bool, buffer: inout [UInt8]) -> Outcome? {
        if case .connecting = phase { return settle() }
        if readable, let outcome = read(&buffer) { return outcome }
        return writable ? write() : nil
    }

    /// Gives the request up.
    func giveUp() -> Outcome? { fail(.timeout) }

    private func settle() -> Outcome? {
        guard socket?.isConnected() == true else { return fail(.connect) }
        phase = exchange == nil ? .idle : .writing(sent: 0)
        return exchange == nil ? nil : write()
    }

    private func write() -> Outcome? {
        guard case .writing(var sent) = phase else { return nil }
        while sent < request.count {
            switch socket?.send(request, from: sent) ?? .closed {
            case .bytes(let count):
                sent += count
            case .wouldBlock:
                phase = .writing(sent: sent)
                return nil
            case .closed:
                // A server that refuses a body answers and closes; its answer may still be on the way in.
                phase = .reading
                return nil
            }
        }
        phase = .reading
        return nil
    }

    private func read(_ buffer: inout [UInt8]) -> Outcome? {
        switch socket?.receive(into: &buffer) ?? .closed {
        case .wouldBlock: return nil
        case .closed: return parser.close() ? finish() : fail(.closed)
        case .bytes(let count): return take(buffer.span.extracting(first: count))
        }
    }

    private func take(_ bytes: Span<UInt8>) -> Outcome? {
        // Nobody asked: a server that talks out of turn is not to be trusted with the next request.
        guard exchange != nil else { return fail(.malformed) }
        do throws(ResponseParser.Fault) {
            let used = try parser.consume(bytes)
            guard parser.isComplete else { return nil }
            return finish(reusable: used == bytes.count)
        } catch {
            return fail(.malformed)
        }
    }

    private func finish(reusable: Bool = true) -> Outcome {
        let status = parser.status
        var isSent = true
        if case .writing = phase { isSent = false }
        exchange = nil
        phase = .idle
        if !reusable || !isSent || !parser.keepsAlive { hangUp() }
        return .answered(status: status)
    }

    /// Hangs up; the outcome is nil when no request was lost by that.
    private func fail(_ failure: BenchFailure) -> Outcome? {
        hangUp()
        defer { exchange = nil }
        return exchange == nil ? nil : .failed(failure)
    }

    private func hangUp() {
        socket = nil
        phase = .down
    }
}
