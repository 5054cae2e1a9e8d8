import Glibc
import Synchronization

/// A tiny blocking web server on loopback that answers each request with the very bytes that the test says.
final class StubWeb: Sendable {
    struct Reply: Sendable {
        var bytes: [UInt8]
        /// Ends the connection when the bytes are sent.
        var closes = false
        /// Then nothing more comes for this long.
        var stallMilliseconds = 0

        init(_ status: String, _ fields: [String] = [], body: String = "", length: Int? = nil) {
            let head = ["HTTP/1.1 " + status, "Content-Length: \(length ?? body.utf8.count)"] + fields
            bytes = Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
        }
    }

    let port: UInt16
    private let listener: Int32
    private let heads = Mutex<[String]>([])
    private let connections = Atomic<Int>(0)
    private let answer: @Sendable (_ head: String, _ body: [UInt8]) -> Reply

    init(_ answer: @escaping @Sendable (_ head: String, _ body: [UInt8]) -> Reply) {
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
            _ = listen(listener, 16)
            if let pointer = unsafe pointer { _ = unsafe getsockname(listener, pointer, &length) }
        }
        port = UInt16(bigEndian: address.sin_port)
    }

    var url: String { "http://127.0.0.1:\(port)" }
    /// The heads of all requests so far.
    var asked: [String] { heads.withLock { $0 } }
    var connectionCount: Int { connections.load(ordering: .relaxed) }

    func serve<Result>(_ body: () throws -> Result) rethrows -> Result {
        Self.start { self.accept() }
        defer { _ = shutdown(listener, Int32(SHUT_RDWR)) }
        return try body()
    }

    private func accept() {
        defer { _ = close(listener) }
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            guard connection >= 0 else { return }
            connections.add(1, ordering: .relaxed)
            Self.start { self.serve(connection) }
        }
    }

    private func serve(_ connection: Int32) {
        defer { _ = close(connection) }
        var received: [UInt8] = []
        while let (head, body) = Self.request(connection, &received) {
            heads.withLock { $0.append(head) }
            let reply = answer(head, body)
            let sent = unsafe reply.bytes.withUnsafeBytes {
                unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if reply.stallMilliseconds > 0 { usleep(UInt32(reply.stallMilliseconds) * 1_000) }
            if reply.closes || sent < reply.bytes.count { return }
        }
    }

    private static func request(_ connection: Int32, _ received: inout [UInt8]) -> (String, [UInt8])? {
        while true {
            if let end = received.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: received[..<end.lowerBound], as: UTF8.self)
                let line = head.split(separator: "\r\n").first { $0.lowercased().hasPrefix("content-length: ") }
                let length = line.flatMap { Int($0.dropFirst(16)) } ?? 0
                if received.count >= end.upperBound + length {
                    let body = Array(received[end.upperBound..<end.upperBound + length])
                    received.removeSubrange(..<(end.upperBound + length))
                    return (head, body)
                }
            }
            var buffer = [UInt8](repeating: 0, count: 16 << 10)
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe recv(connection, $0.baseAddress, $0.count, 0) }
            // A greeting in TLS gets no answer that it could understand.
            guard count > 0, received.isEmpty == false || buffer[0] != 0x16 else { return nil }
            received += buffer.prefix(count)
        }
    }

    private static func start(_ body: @escaping @Sendable () -> Void) {
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
        precondition(failure == 0, "no thread for the stub web")
        _ = pthread_detach(thread)
    }
}
