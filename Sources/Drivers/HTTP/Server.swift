package import Core
internal import Glibc
internal import Synchronization

/// What one door of the house is made of.
package struct ServerPlan: Sendable {
    package var host = "127.0.0.1"
    package var port = 8080
    package var limits = ServerLimits()
    package var tls: TLSContext?
    /// Whatever changes state needs this token, when there is one.
    package var token: String?
    package let router: Router
    package let workers: WorkerPool

    package init(router: Router, workers: WorkerPool) {
        self.router = router
        self.workers = workers
    }

    var gate: @Sendable (Route, RequestHead) -> Reactor.Refusal? {
        guard let token else { return { _, _ in nil } }
        let expected = Array(token.utf8)
        return { route, head in
            guard route.changesState else { return nil }
            guard let given = unsafe head.bytes(of: "authorization").flatMap(Self.bearer),
                unsafe Secret.matches(given, expected)
            else {
                return Reactor.Refusal(
                    status: .unauthorized, text: "this changes state and needs the header Authorization: Bearer TOKEN")
            }
            return nil
        }
    }
}

extension ServerPlan {
    /// The token of an Authorization field; its scheme may be written in any case.
    fileprivate static func bearer(_ field: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
        let scheme: StaticString = "bearer "
        let count = scheme.utf8CodeUnitCount
        guard field.count > count,
            (0..<count).allSatisfy({ place in
                let byte = unsafe field[place]
                let lower = byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
                return unsafe lower == scheme.utf8Start[place]
            })
        else { return nil }
        let start = unsafe field[count...].firstIndex { $0 != UInt8(ascii: " ") } ?? field.count
        return unsafe UnsafeRawBufferPointer(rebasing: field[start...])
    }
}

/// A listening door: its reactors share one socket.
package final class Server: Sendable {
    package let port: Int
    package let reactors: [Reactor]
    private let running: Running
    private let listener: Int32

    private final class Running: Sendable {
        let count = Mutex(0)
        func enter() { count.withLock { $0 += 1 } }
        func leave() { count.withLock { $0 -= 1 } }
    }

    package init(_ plan: ServerPlan, reactors count: Int) throws(Fault) {
        let listener = try Listener.open(host: plan.host, port: plan.port)
        port = Listener.port(of: listener)
        self.listener = listener
        let running = Running()
        self.running = running
        var reactors: [Reactor] = []
        for number in 0..<count {
            reactors.append(try Reactor(number: number, server: plan, listener: listener, stopped: { running.leave() }))
        }
        self.reactors = reactors
    }

    /// Starts the threads; guests are welcomed before.
    package func start() {
        for reactor in reactors {
            running.enter()
            Lane.start("reactor", stackBytes: 1 << 20) { reactor.run() }
        }
    }

    /// Lets requests in progress finish, at most until `deadline`.
    package func drain(until deadline: Instant) {
        // From now on connecting is refused at once.
        shutdown(listener, Int32(SHUT_RDWR))
        for reactor in reactors { reactor.drain() }
        while running.count.withLock({ $0 }) > 0, Instant.now < deadline { usleep(2_000) }
    }
}
