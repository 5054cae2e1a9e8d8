import Glibc
import Synchronization

/// A tiny blocking HTTP server on loopback, one thread a connection, that answers as the test says.
final class StubServer: Sendable {
    /// What to do with one request.
    struct Reply: Sendable {
        var delay: Duration = .zero
        var text = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        /// Close the connection afterwards.
        var closes = false
    }

    /// A request as it came in. One with the header `Expect-Early` is answered before its body is read.
    struct Request: Sendable {
        let number: Int
        let head: String
        let body: [UInt8]
    }

    let port: UInt16
    private let listener: Int32
    private let isListening = Atomic<Bool>(true)
    private let count = Atomic<Int>(0)
    private let answer: @Sendable (Request) -> Reply

    init(_ answer: @escaping @Sendable (Request) -> Reply = { _ in Reply() }) {
        self.answer = answer
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        unsafe withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = unsafe bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            _ = unsafe bind(listener, pointer, length)
            _ = listen(listener, 64)
            if let pointer = unsafe pointer { _ = unsafe getsockname(listener, pointer, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    var url: String { "http://127.0.0.1:\(port)/x" }

    /// Serves while `body` runs. Connections that are still open end when the client closes them.
    func serve<Result>(_ body: () throws -> Result) rethrows -> Result {
        startThread { self.accept() }
        defer { stopListening() }
        return try body()
    }

    /// Refuses connections from now on. Once only: the accepting thread then closes the descriptor, and its number
    /// may come to mean something else.
    func stopListening() {
        guard isListening.exchange(false, ordering: .relaxed) else { return }
        _ = shutdown(listener, Int32(SHUT_RDWR))
    }

    private func accept() {
        defer { _ = close(listener) }
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            startThread { self.serve(connection) }
        }
    }

    private func serve(_ connection: Int32) {
        defer { _ = close(connection) }
        var received: [UInt8] = []
        while let head = Self.readHead(connection, &received) {
            let isEarly = head.contains("Expect-Early")
            if isEarly { Self.send(answer(request(head, [])).text, to: connection) }
            guard let body = Self.readBody(connection, head, &received), !isEarly else { return }
            let reply = answer(request(head, body))
            var pause = timespec(
                tv_sec: Int(reply.delay.components.seconds),
                tv_nsec: Int(reply.delay.components.attoseconds / 1_000_000_000))
            _ = unsafe nanosleep(&pause, nil)
            Self.send(reply.text, to: connection)
            if reply.closes { return }
        }
    }

    private func request(_ head: String, _ body: [UInt8]) -> Request {
        Request(number: count.add(1, ordering: .relaxed).newValue, head: head, body: body)
    }

    private static func readHead(_ connection: Int32, _ received: inout [UInt8]) -> String? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = received.firstRange(of: end) {
                let head = String(decoding: received[..<range.upperBound], as: UTF8.self)
                received.removeSubrange(..<range.upperBound)
                return head
            }
            guard receive(connection, &received) else { return nil }
        }
    }

    private static func readBody(_ connection: Int32, _ head: String, _ received: inout [UInt8]) -> [UInt8]? {
        let line = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
        let length = line.flatMap { Int($0.dropFirst(16)) } ?? 0
        while received.count < length {
            guard receive(connection, &received) else { return nil }
        }
        defer { received.removeFirst(length) }
        return Array(received.prefix(length))
    }

    private static func receive(_ connection: Int32, _ received: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
        received += buffer.prefix(max(count, 0))
        return count > 0
    }

    private static func send(_ text: String, to connection: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes { bytes in
            unsafe Glibc.send(connection, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
    }
}

/// Runs `body` on a thread of its own, so that a blocking server never takes one of the cooperative pool.
private func startThread(_ body: @escaping @Sendable () -> Void) {
    final class Box {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    let box = unsafe Unmanaged.passRetained(Box(body)).toOpaque()
    let failure = unsafe pthread_create(
        &thread, nil,
        { context in
            if let context = unsafe context { unsafe Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        }, box)
    precondition(failure == 0, "no thread for the stub server")
    _ = pthread_detach(thread)
}
