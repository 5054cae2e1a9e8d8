package import Core

/// One request and the chance to answer it once. Confined to its reactor's thread: whoever leaves that thread comes
/// back through `Reactor.post` before touching it again.
@safe package final class Exchange: @unchecked Sendable {
    package unowned let reactor: Reactor
    private weak var connection: Connection?
    package let head: RequestHead
    /// Values of the route's `{parameters}`, in order.
    package let parameters: [String]
    /// When the first and the last byte of the request were there.
    package let firstByte: Instant
    package internal(set) var lastByte = Instant(nanoseconds: 0)
    package internal(set) var body = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    /// Something a route's `place` chose to remember, such as the slot that the body was received into.
    package var attachment: AnyObject?
    /// Called once if the client goes away before the answer.
    package var onAbandoned: (() -> Void)?
    /// Called once when the answer has been handed to the kernel.
    package var onSent: (() -> Void)?
    package private(set) var isAnswered = false

    /// The body's memory, when it has been taken from the connection.
    private var detached: ByteBuffer?
    var inflated: InflatedBody?
    /// What the route chose to take the body with.
    package internal(set) var sink: (any BodySink)?

    /// The client's address; empty when it is gone.
    package var peer: String { connection?.transport.peer ?? "" }
    /// The SHA-256 of the client's certificate, where the door asks for one.
    package var certificateDigest: [UInt8]? { connection?.transport.certificateDigest }
    package var isSecure: Bool { connection.map { !$0.transport.isPlain } ?? false }

    /// Makes the body outlive the answer, for a thread that may still be reading it then.
    package func detachBody() {
        guard inflated == nil, let connection, connection.isOpen(for: self) else { return }
        detached = connection.giveBodyBuffer()
    }

    /// The other thread is done: the body's memory may serve again.
    package func returnBody() {
        if let detached { reactor.keepSpare(detached) }
        detached = nil
    }

    init(_ connection: Connection, reactor: Reactor, head: RequestHead, parameters: [String], firstByte: Instant) {
        self.connection = connection
        self.reactor = reactor
        self.head = head
        self.parameters = parameters
        self.firstByte = firstByte
    }

    /// Answers. `write` puts the body into the connection's own buffer. A second answer, or one to nobody, is dropped.
    package func respond(
        _ status: Status, _ type: StaticString = "application/json", fields: [(StaticString, String)] = [],
        _ write: (ByteBuffer) -> Void = { _ in }
    ) {
        guard !isAnswered else { return }
        isAnswered = true
        guard let connection, connection.isOpen(for: self) else { return }
        connection.respond(status, type, fields, write)
    }

    /// Answers with a body of known length that is given piece by piece, as it is.
    package func respond(
        _ status: Status, _ type: String, fields: [(String, String)], length: Int, from source: (any BodySource)?
    ) {
        guard !isAnswered else { return }
        isAnswered = true
        guard let connection, connection.isOpen(for: self) else { return }
        connection.respond(status, type, fields, length: length, from: source)
    }

    /// Begins an answer that goes on, piece by piece, until one side leaves; nil when nobody waits for it any more.
    package func stream(_ type: StaticString, fields: [(StaticString, String)] = []) -> OpenAnswer? {
        guard !isAnswered else { return nil }
        isAnswered = true
        guard let connection, connection.isOpen(for: self) else { return nil }
        connection.beginStream(type, fields)
        return OpenAnswer(connection)
    }

    /// Answers with a body that takes long to write: a worker writes (and compresses) it, then this thread sends it.
    /// `write` returns the header fields that depend on the body; `written` is told on this thread when it is done.
    package func respondAside(
        _ status: Status, _ type: StaticString, write: @escaping @Sendable (ByteBuffer) -> [(StaticString, String)],
        written: @escaping () -> Void
    ) {
        let coding = Compression.accepted(by: head.value(of: "accept-encoding"))
        let done = Letter(body: written)
        reactor.workers.submit { [self] in
            var body = ByteBuffer(capacity: 1 << 20)
            let fields = write(body)
            let packed = ByteBuffer(capacity: 1 << 10)
            let isPacked = coding.map { unsafe $0.compress(body.bytes, into: packed) } ?? false
            if isPacked { body = packed }
            let finished = body
            reactor.post { [self] in
                done.body()
                guard !isAnswered else { return }
                isAnswered = true
                guard let connection, connection.isOpen(for: self) else { return }
                connection.respond(status, type, fields, coded: isPacked ? coding : nil) {
                    unsafe $0.append(finished.bytes)
                }
            }
        }
    }

    func abandon() {
        let told = onAbandoned
        onAbandoned = nil
        told?()
    }
}
