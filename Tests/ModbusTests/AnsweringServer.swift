import Core
import Glibc
import Modbus
import Synchronization

/// A server on a thread of its own, until it is let go of.
final class AnsweringServer: Sendable {
    static let registers = 200

    let address: ModbusAddress
    private let stopping = Atomic<Bool>(false)
    private let hangsUp = Atomic<Bool>(false)
    private let pause = Atomic<UInt64>(0)
    private let ended = Flagpole()

    /// `scan` is called before each look at the bus.
    init(scan: @escaping @Sendable (ModbusServer) -> Void = { _ in }) throws {
        let server = try ModbusServer(host: "127.0.0.1", port: 0, unit: 1, registers: Self.registers)
        address = ModbusAddress(host: "127.0.0.1", port: server.port)
        Lane.start("server") { self.run(server, scan) }
    }

    private func run(_ server: ModbusServer, _ scan: (ModbusServer) -> Void) {
        while !stopping.load(ordering: .acquiring) {
            Pause.nanoseconds(pause.exchange(0, ordering: .acquiring))
            if hangsUp.exchange(false, ordering: .acquiring) { server.hangUp() }
            scan(server)
            server.serve(until: Instant.now.advanced(by: Span64.millisecond))
        }
        ended.raise()
    }

    func hangUp() {
        hangsUp.store(true, ordering: .releasing)
        while hangsUp.load(ordering: .acquiring) { sched_yield() }
    }

    /// Answers nobody for so long, beginning now.
    func pause(_ span: UInt64) {
        pause.store(span, ordering: .releasing)
        while pause.load(ordering: .acquiring) != 0 { sched_yield() }
    }

    func stop() {
        stopping.store(true, ordering: .releasing)
        ended.wait()
    }
}

/// Somebody who speaks bytes.
final class RawPeer {
    private let file: Int32
    let port: Int

    private static func withAddress<Result>(
        _ port: Int, _ body: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Result
    ) -> (Result, Int) {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutableBytes(of: &address) {
            $0.withMemoryRebound(to: sockaddr.self) { place in
                place.baseAddress.map { body($0, &length) }
            }
        }
        guard let result else { preconditionFailure("an address has bytes") }
        return (result, Int(UInt16(bigEndian: address.sin_port)))
    }

    init(connectingTo port: Int) {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        _ = Self.withAddress(port) { connect(file, $0, $1) }
        self.file = file
        self.port = port
    }

    /// Listens, and lets the kernel accept.
    init() {
        let file = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        port =
            Self.withAddress(0) {
                _ = bind(file, $0, $1)
                _ = listen(file, 8)
                return getsockname(file, $0, &$1)
            }.1
        self.file = file
    }

    private init(file: Int32) {
        self.file = file
        port = 0
    }

    deinit { close(file) }

    func accepted() -> RawPeer { RawPeer(file: accept(file, nil, nil)) }

    func send(_ bytes: [UInt8]) { _ = Glibc.send(file, bytes, bytes.count, Int32(MSG_NOSIGNAL)) }

    func receive(_ count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let came = recv(file, &bytes, count, Int32(MSG_WAITALL))
        return Array(bytes.prefix(max(0, came)))
    }
}
