internal import CHTTP
internal import CKernel
internal import Core
internal import Glibc

/// One client: reads a request, has it handled, writes the answer, and begins again.
///
/// Concurrency: confined to its reactor's thread; it crosses others only inside letters that come back to that thread.
@safe final class Connection: @unchecked Sendable {
    enum Phase { case head, body, chunks, handling, writing, streaming, lingering, closed }

    let tag: UInt64
    unowned let reactor: Reactor
    let transport: Transport
    var phase = Phase.head
    /// What came and is not yet behind us: the head being read or handled, and whatever follows it.
    let input = ByteBuffer(capacity: 8 << 10)
    let output = ByteBuffer(capacity: 4 << 10)
    let fieldLines = ByteBuffer(capacity: 512)
    var bodyBuffer = ByteBuffer(capacity: 1 << 10)
    let head: UnsafeMutablePointer<ls_head>
    var parsed = 0
    /// Bytes of `input` that belong to the request at hand.
    var taken = 0
    var sent = 0
    var destination: UnsafeMutableRawPointer?
    /// What is still to be sent comes from here.
    var source: (any BodySource)?
    var sourceBytes = 0
    var bodyCount = 0
    private var bodyBytesMax = 0
    var remaining = 0
    var route: Route?
    var exchange: Exchange?
    var closesAfter = false
    var lingersAfter = false
    /// The answer has no end: it goes on until somebody leaves.
    var isStreaming = false
    var lingered = 0
    var isAdvancing = false
    private var wakeMark = 1
    /// What is sunk or given at a time.
    static let pieceBytes = 256 << 10
    private static let smallPieceBytes = 128 << 10
    private static let largePieceBytes = 512 << 10
    var phaseBegan = Instant.now
    var lastProgress = Instant.now
    var firstByte = Instant.now
    var interest = UInt32(LS_IN | LS_RDHUP)

    init(transport: consuming Transport, tag: UInt64, reactor: Reactor) {
        self.transport = transport
        self.tag = tag
        self.reactor = reactor
        unsafe head = .allocate(capacity: 1)
        unsafe ls_head_reset(head)
    }

    deinit { unsafe head.deallocate() }

    func isOpen(for exchange: Exchange) -> Bool { phase != .closed && self.exchange === exchange }

    func enter(_ phase: Phase) {
        self.phase = phase
        phaseBegan = reactor.now
        lastProgress = reactor.now
    }

    /// Parts with the body's memory and goes on with other memory.
    func giveBodyBuffer() -> ByteBuffer {
        defer { bodyBuffer = reactor.spareBuffer() }
        return bodyBuffer
    }

    // MARK: events

    func happened(_ events: UInt32) {
        if events & UInt32(LS_ERR | LS_HUP) != 0, phase != .head, phase != .body, phase != .chunks { return close() }
        if events & UInt32(LS_OUT) != 0 {
            if phase == .writing { flush() } else { want(UInt32(LS_IN | LS_RDHUP)) }
        }
        guard events & ~UInt32(LS_OUT) != 0 || phase == .head || phase == .body || phase == .chunks else { return }
        repeat { readOn() } while transport.hasPending && (phase == .head || phase == .body || phase == .chunks)
    }

    private func readOn() {
        switch phase {
        case .head: readHead()
        case .body: readBody()
        case .chunks: readChunks()
        case .lingering: linger()
        case .streaming: watchForLeaving()
        // More is sent, or the client has finished sending: neither matters before the answer is out.
        case .handling, .writing: want(interest & ~UInt32(LS_IN | LS_RDHUP))
        case .closed: break
        }
    }

    /// A listener has nothing to say; that it goes away is all that is heard of it.
    private func watchForLeaving() {
        let room = unsafe bodyBuffer.reserve(4 << 10)
        switch unsafe transport.receive(room, 4 << 10) {
        case .closed, .failed: close()
        case .bytes, .waitRead, .waitWrite: break
        }
    }

    func want(_ events: UInt32) {
        guard events != interest, phase != .closed else { return }
        interest = events
        reactor.change(self, events)
    }

    // MARK: reading

    private func readHead() {
        let room = unsafe input.reserve(16 << 10)
        switch unsafe transport.receive(room, 16 << 10) {
        case .bytes(let count):
            if input.count == 0 {
                firstByte = reactor.now
                phaseBegan = reactor.now
            }
            lastProgress = reactor.now
            input.commit(count)
            advance()
        case .closed, .failed: close()
        case .waitRead: break
        case .waitWrite: want(UInt32(LS_IN | LS_OUT | LS_RDHUP))
        }
    }

    /// Handles every complete request that `input` holds.
    func advance() {
        guard !isAdvancing else { return }
        isAdvancing = true
        defer { isAdvancing = false }
        while phase == .head, parsed < input.count {
            let status = unsafe ls_head_parse(
                head, input.base.assumingMemoryBound(to: CChar.self), UInt32(parsed), UInt32(input.count))
            parsed = input.count
            switch status {
            case LS_HEAD_MORE:
                guard input.count < reactor.limits.headBytesMax else { return refuse(.headTooLarge, headLimitText) }
                return
            case LS_HEAD_TOO_MANY_FIELDS: return refuse(.headTooLarge, "more than \(LS_FIELDS_MAX) header fields")
            case LS_HEAD_DONE:
                guard unsafe head.pointee.consumed <= reactor.limits.headBytesMax else {
                    return refuse(.headTooLarge, headLimitText)
                }
                begin()
            default:
                return refuse(.badRequest, unsafe "malformed HTTP request: \(String(cString: ls_head_error(head)))")
            }
        }
    }

    private var headLimitText: String { "request head is larger than \(ByteSize(reactor.limits.headBytesMax))" }

    private func begin() {
        closesAfter = unsafe head.pointee.keep_alive == 0 || reactor.isDraining
        taken = unsafe Int(head.pointee.consumed)
        let request = unsafe RequestHead(head: head, buffer: input)
        if let complaint = request.complaint { return refuse(complaint.status, complaint.text) }
        bodyCount = 0
        let length = unsafe Int(clamping: head.pointee.content_length)
        bodyBytesMax = reactor.limits.bodyBytesMax
        if length > bodyBytesMax { return refuse(.contentTooLarge, bodyLimitText) }
        guard let route = find(request) else { return }
        self.route = route
        bodyBytesMax = min(reactor.limits.bodyBytesMax, route.bodyBytesMax ?? .max)
        if length > bodyBytesMax { return refuse(.contentTooLarge, bodyLimitText) }
        if unsafe head.pointee.chunked != 0 {
            bodyBuffer.removeAll()
            if let sink = exchange?.sink, !sinkChunks(sink) { return giveUp() }
            sayContinue(request)
            enter(.chunks)
            let rest = unsafe UnsafeRawBufferPointer(rebasing: input.bytes[taken...])
            let (used, isWhole) = unsafe feedChunks(rest)
            taken += used
            if isWhole { unsafe complete(bodyBuffer.bytes) }
        } else if length == 0 {
            // Nobody has to be told to send nothing, but older clients of Amazon's take the next answer for this leave.
            sayContinue(request)
            unsafe complete(UnsafeRawBufferPointer(start: nil, count: 0))
        } else {
            receive(length, route, request)
        }
    }

    var bodyLimitText: String { "request body is larger than \(ByteSize(bodyBytesMax))" }

    /// The route, once it is known to be allowed; otherwise the refusal has been sent.
    private func find(_ request: RequestHead) -> Route? {
        switch reactor.router.match(request) {
        case .nothing:
            refuse(.notFound, unsafe "no such path: \(String(decoding: request.path.prefix(200), as: UTF8.self))")
        case .otherMethods(let methods):
            let allowed = methods.map(\.rawValue).joined(separator: ", ")
            refuse(.methodNotAllowed, "this path answers only to \(allowed)", fields: [("Allow", allowed)])
        case .route(let route, let parameters):
            let made = Exchange(self, reactor: reactor, head: request, parameters: parameters, firstByte: firstByte)
            if let refusal = reactor.gate(route, request) {
                refuse(refusal.status, refusal.text, fields: [("WWW-Authenticate", "Bearer")])
                return nil
            }
            exchange = made
            made.sink = route.sink?(made)
            return route
        }
        return nil
    }

    private func receive(_ length: Int, _ route: Route, _ request: RequestHead) {
        bodyBuffer.removeAll()
        guard let exchange else { return }
        if let sink = exchange.sink { return sinkBody(length, sink, request) }
        let chosen = route.place?(exchange, length)?.baseAddress
        let target = unsafe chosen ?? bodyBuffer.reserve(length)
        unsafe destination = unsafe target
        bodyCount = length
        let here = min(input.count - taken, length)
        if here > 0 { unsafe memcpy(target, input.base + taken, here) }
        taken += here
        remaining = length - here
        if remaining == 0 { return unsafe complete(UnsafeRawBufferPointer(start: target, count: length)) }
        sayContinue(request)
        enter(.body)
        // The rest is often here already, and then nothing has to be waited for.
        readBody()
    }

    /// A large body is taken in large pieces: each wake-up costs more than copying what it brought.
    func waitForMuch() {
        setWakeMark(remaining > Self.smallPieceBytes ? min(remaining, Self.largePieceBytes) : 1)
    }

    func setWakeMark(_ bytes: Int) {
        guard transport.isPlain, wakeMark != bytes else { return }
        wakeMark = bytes
        transport.wakeOnly(for: bytes)
    }

    func sayContinue(_ request: RequestHead) {
        guard input.count == taken, !request.isOld, request.value(of: "expect")?.lowercased() == "100-continue" else {
            return
        }
        let line: StaticString = "HTTP/1.1 100 Continue\r\n\r\n"
        _ = unsafe transport.transmit(line.utf8Start, line.utf8CodeUnitCount)
    }

    private func readBody() {
        if let sink = exchange?.sink { return readIntoSink(sink) }
        guard let destination = unsafe destination else { return close() }
        var budget = 4 << 20
        while remaining > 0, budget > 0 {
            switch unsafe transport.receive(destination + (bodyCount - remaining), remaining) {
            case .bytes(let count):
                remaining -= count
                budget -= count
                lastProgress = reactor.now
            case .closed: return endedEarly()
            case .failed: return close()
            case .waitRead: return waitForMuch()
            case .waitWrite: return want(UInt32(LS_IN | LS_OUT | LS_RDHUP))
            }
        }
        guard remaining == 0 else { return waitForMuch() }
        setWakeMark(1)
        unsafe complete(UnsafeRawBufferPointer(start: destination, count: bodyCount))
        advance()
    }

    func endedEarly() {
        refuse(.badRequest, "the request body ended after \(bodyCount - remaining) of \(bodyCount) bytes")
    }

    private func readChunks() {
        let room = unsafe input.reserve(64 << 10)
        switch unsafe transport.receive(room, 64 << 10) {
        case .bytes(let count):
            lastProgress = reactor.now
            let (used, isWhole) = unsafe feedChunks(UnsafeRawBufferPointer(start: room, count: count))
            // What belongs to the body is done with; what follows is the next request.
            let rest = count - used
            if rest > 0 {
                unsafe memmove(input.base + input.count, room + used, rest)
                input.commit(rest)
            }
            if isWhole { unsafe complete(bodyBuffer.bytes) }
            advance()
        case .closed: refuse(.badRequest, "the chunked request body ended early")
        case .failed: close()
        case .waitRead: break
        case .waitWrite: want(UInt32(LS_IN | LS_OUT | LS_RDHUP))
        }
    }

    /// Takes chunked bytes; returns how many belonged to this request, and whether its body is now whole.
    private func feedChunks(_ bytes: UnsafeRawBufferPointer) -> (used: Int, isWhole: Bool) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return (0, false) }
        var used = 0
        let room = unsafe bodyBuffer.reserve(bytes.count)
        let status = unsafe ls_chunks_parse(
            head, start.assumingMemoryBound(to: CChar.self), bytes.count, room.assumingMemoryBound(to: CChar.self),
            &used)
        unsafe bodyBuffer.commit(head.pointee.sink_bytes)
        bodyCount += unsafe head.pointee.sink_bytes
        if bodyCount > bodyBytesMax {
            refuse(.contentTooLarge, bodyLimitText)
        } else if let sink = exchange?.sink, status != LS_HEAD_BAD, !sinkChunks(sink) {
            giveUp()
        } else if status == LS_HEAD_DONE {
            return (used, true)
        } else if status == LS_HEAD_BAD {
            refuse(.badRequest, unsafe "malformed chunked body: \(String(cString: ls_head_error(head)))")
        }
        return (used, false)
    }

    // MARK: handling

    func complete(_ body: UnsafeRawBufferPointer) {
        guard let exchange, let route else { return close() }
        exchange.lastByte = reactor.refreshNow()
        unsafe exchange.body = unsafe body
        enter(.handling)
        // What goes into a sink stays as it is.
        if exchange.sink != nil { return route.handler(exchange) }
        guard let coding = exchange.head.value(of: "content-encoding")?.lowercased(), coding != "identity", coding != ""
        else {
            return route.handler(exchange)
        }
        guard Compression(rawValue: coding) != nil else {
            return refuse(
                .unsupportedMediaType, "Content-Encoding \(coding.prefix(40)) is not understood; gzip and deflate are")
        }
        unsafe inflate(body, exchange, route)
    }

    /// Inflating can take long, so other connections go on meanwhile.
    private func inflate(_ body: UnsafeRawBufferPointer, _ exchange: Exchange, _ route: Route) {
        let limit = bodyBytesMax
        let start = UInt(bitPattern: body.baseAddress)
        let count = body.count
        let memory = giveBodyBuffer()
        reactor.workers.submit { [reactor] in
            let bytes = unsafe UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: start), count: count)
            let inflated = withExtendedLifetime(memory) { unsafe Compression.inflate(bytes, limit: limit) }
            reactor.post { [weak self] in
                self?.reactor.keepSpare(memory)
                self?.handle(exchange, route, inflated)
            }
        }
    }

    private func handle(_ exchange: Exchange, _ route: Route, _ inflated: InflatedBody?) {
        guard isOpen(for: exchange) else { return }
        guard let inflated else { return refuse(.badRequest, "the request body is not valid compressed data") }
        if inflated.isTooLarge { return refuse(.contentTooLarge, bodyLimitText) }
        exchange.inflated = inflated
        unsafe exchange.body = unsafe UnsafeRawBufferPointer(start: inflated.start, count: inflated.count)
        route.handler(exchange)
    }
}
