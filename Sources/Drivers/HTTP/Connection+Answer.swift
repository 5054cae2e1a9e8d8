internal import CHTTP
internal import CKernel
internal import Core
internal import Glibc

/// How a connection answers, and how it ends.
extension Connection {
    /// Room before the body for the head, so that both leave in one system call.
    private static let headroom = 512

    func respond(
        _ status: Status, _ type: StaticString, _ fields: [(StaticString, String)], coded: Compression? = nil,
        _ write: (ByteBuffer) -> Void
    ) {
        // A drain that began meanwhile ends this connection with its answer.
        closesAfter = closesAfter || reactor.isDraining
        output.removeAll()
        _ = unsafe output.reserve(Self.headroom)
        output.commit(Self.headroom)
        write(output)
        let coding = coded ?? compressBody()
        let bodyBytes = output.count - Self.headroom
        writeHead(status, type, fields, bodyBytes, coding)
        if fieldLines.count <= Self.headroom {
            sent = Self.headroom - fieldLines.count
            unsafe memcpy(output.base + sent, fieldLines.base, fieldLines.count)
        } else {
            let body = unsafe [UInt8](output.bytes[Self.headroom...])
            output.removeAll()
            unsafe output.append(fieldLines.bytes)
            unsafe body.withUnsafeBytes { unsafe output.append($0) }
            sent = 0
        }
        if unsafe head.pointee.method == 2 { output.truncate(to: output.count - bodyBytes) }  // HEAD: the head alone
        flush()
    }

    private func compressBody() -> Compression? {
        guard output.count - Self.headroom >= ServerLimits.compressedBytesMin, let exchange else { return nil }
        guard let coding = Compression.accepted(by: exchange.head.value(of: "accept-encoding")) else { return nil }
        let packed = ByteBuffer(capacity: output.count)
        guard unsafe coding.compress(UnsafeRawBufferPointer(rebasing: output.bytes[Self.headroom...]), into: packed)
        else { return nil }
        output.truncate(to: Self.headroom)
        unsafe output.append(packed.bytes)
        return coding
    }

    private func writeHead(
        _ status: Status, _ type: StaticString, _ fields: [(StaticString, String)], _ bodyBytes: Int,
        _ coding: Compression?
    ) {
        let line = fieldLines
        line.removeAll()
        line.append(status.line)
        unsafe line.append(reactor.dateLine.bytes)
        if bodyBytes > 0 {
            line.append("Content-Type: " as StaticString)
            line.append(type)
            line.append("\r\n" as StaticString)
        }
        line.append("Content-Length: " as StaticString)
        line.append(decimal: bodyBytes)
        if let coding {
            line.append("\r\nVary: Accept-Encoding\r\nContent-Encoding: " as StaticString)
            line.append(coding.rawValue)
        }
        for (name, value) in fields {
            line.append("\r\n" as StaticString)
            line.append(name)
            line.append(": " as StaticString)
            line.append(value)
        }
        line.append("\r\n" as StaticString)
        sayWhetherOpen(line)
        line.append("\r\n" as StaticString)
    }

    /// An HTTP/1.0 client that asked for it must hear that its connection stays; a newer one that it does not.
    private func sayWhetherOpen(_ line: ByteBuffer) {
        if closesAfter {
            line.append("Connection: close\r\n" as StaticString)
        } else if unsafe RequestHead(head: head, buffer: input).isOld {
            line.append("Connection: keep-alive\r\n" as StaticString)
        }
    }

    /// Answers with a body that is given piece by piece.
    func respond(
        _ status: Status, _ type: String, _ fields: [(String, String)], length: Int, from source: (any BodySource)?
    ) {
        closesAfter = closesAfter || reactor.isDraining
        let line = fieldLines
        line.removeAll()
        line.append(status.line)
        unsafe line.append(reactor.dateLine.bytes)
        for (name, value) in (type.isEmpty ? [] : [("Content-Type", type)]) + fields {
            line.append(name)
            line.append(": " as StaticString)
            // Whoever chose the value does not choose the fields behind it.
            for byte in value.utf8 { line.append(byte < 0x20 || byte == 0x7f ? UInt8(ascii: " ") : byte) }
            line.append("\r\n" as StaticString)
        }
        let hasBody = status != .noContent && status != .notModified
        if hasBody {
            line.append("Content-Length: " as StaticString)
            line.append(decimal: length)
            line.append("\r\n" as StaticString)
        }
        sayWhetherOpen(line)
        line.append("\r\n" as StaticString)
        output.removeAll()
        unsafe output.append(line.bytes)
        sent = 0
        let isHead = unsafe head.pointee.method == 2
        sourceBytes = isHead || !hasBody ? 0 : length
        self.source = sourceBytes > 0 ? source : nil
        flush()
    }

    /// The next piece of a body that is given piece by piece; false when there is none.
    private func refill() -> Bool {
        guard let source, sourceBytes > 0 else { return false }
        output.removeAll()
        sent = 0
        guard source.give(min(sourceBytes, Self.pieceBytes), to: output), output.count > 0 else {
            close()
            return false
        }
        sourceBytes -= output.count
        return true
    }

    /// Begins an answer that goes on until one side leaves.
    func beginStream(_ type: StaticString, _ fields: [(StaticString, String)]) {
        isStreaming = true
        closesAfter = true
        let line = fieldLines
        line.removeAll()
        line.append(Status.ok.line)
        unsafe line.append(reactor.dateLine.bytes)
        line.append("Content-Type: " as StaticString)
        line.append(type)
        for (name, value) in fields {
            line.append("\r\n" as StaticString)
            line.append(name)
            line.append(": " as StaticString)
            line.append(value)
        }
        line.append("\r\nConnection: close\r\n\r\n" as StaticString)
        output.removeAll()
        unsafe output.append(line.bytes)
        sent = 0
        flush()
    }

    /// Says more; false when the listener cannot follow, and this piece is left out.
    func sendMore(_ write: (ByteBuffer) -> Void) -> Bool {
        guard isStreaming, phase != .closed, output.count - sent < ServerLimits.streamBytesMax else { return false }
        write(output)
        if phase == .streaming { flush() }
        return true
    }

    /// Answers a request that will not be handled, and ends the connection: what follows cannot be trusted.
    func refuse(_ status: Status, _ text: String, fields: [(StaticString, String)] = []) {
        setWakeMark(1)
        closesAfter = true
        lingersAfter = true
        respond(status, "application/json", fields) { buffer in
            buffer.append("{\"error\":\"" as StaticString)
            for byte in text.utf8 where byte >= 0x20 {
                if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { buffer.append(UInt8(ascii: "\\")) }
                buffer.append(byte)
            }
            buffer.append("\"}" as StaticString)
        }
    }

    func flush() {
        var pieces = 16
        while sent < output.count || refill() {
            if sent == 0, source != nil {
                pieces -= 1
                // Others wait too: this one goes on when the socket is next said to be ready.
                if pieces == 0 {
                    if phase != .writing { enter(.writing) }
                    return want((interest & ~UInt32(LS_IN)) | UInt32(LS_OUT))
                }
            }
            switch unsafe transport.transmit(output.base + sent, output.count - sent) {
            case .bytes(let count):
                sent += count
                lastProgress = reactor.now
            case .waitWrite:
                if phase != .writing { enter(.writing) }
                return want((interest & ~UInt32(LS_IN)) | UInt32(LS_OUT))
            case .waitRead:
                if phase != .writing { enter(.writing) }
                return want(UInt32(LS_IN | LS_RDHUP))
            case .closed, .failed: return close()
            }
        }
        if phase != .closed { finish() }
    }

    /// The answer is out: on to the next request, or goodbye.
    private func finish() {
        guard !isStreaming else {
            output.removeAll()
            sent = 0
            enter(.streaming)
            return want(UInt32(LS_IN | LS_RDHUP))
        }
        let done = exchange
        exchange = nil
        route = nil
        unsafe destination = nil
        source = nil
        done?.onSent?()
        done?.onSent = nil
        if closesAfter { return lingersAfter ? beginLingering() : close() }
        input.removeFirst(taken)
        taken = 0
        parsed = 0
        for buffer in [output, bodyBuffer, input] where buffer.count == 0 || buffer !== input {
            buffer.shrink(to: ServerLimits.keptBufferBytesMax)
        }
        unsafe ls_head_reset(head)
        enter(.head)
        if input.count > 0 {
            firstByte = reactor.now
            advance()
        }
        // The next answer may be on its way already, and then waits for the socket.
        if phase == .head { want(UInt32(LS_IN | LS_RDHUP)) }
        // What TLS has deciphered already, epoll does not know of.
        if phase == .head, transport.hasPending { reactor.post { [weak self] in self?.happened(UInt32(LS_IN)) } }
    }

    private func beginLingering() {
        transport.finishSending()
        enter(.lingering)
        want(UInt32(LS_IN | LS_RDHUP))
        linger()
    }

    func linger() {
        for _ in 0..<16 {
            let count = transport.discard(16 << 20)
            if count == 0 || lingered > ServerLimits.lingerBytesMax { return close() }
            if count < 0 { return errno == EAGAIN ? () : close() }
            lingered += count
        }
    }

    func close() {
        guard phase != .closed else { return }
        phase = .closed
        let abandoned = exchange
        exchange = nil
        abandoned?.abandon()
        reactor.forget(self)
    }

    /// Ends what takes too long. Called a few times a second.
    func sweep(_ now: Instant) {
        let limits = reactor.limits
        switch phase {
        case .head where input.count == 0:
            if now.since(phaseBegan) > limits.idleNanoseconds { close() }
        case .head:
            if now.since(phaseBegan) > limits.headNanoseconds {
                refuse(.requestTimeout, "the request head took too long")
            }
        case .body, .chunks:
            // A slow sender may never fill a large piece: it is heard byte by byte from now on.
            setWakeMark(1)
            let whole =
                limits.bodyNanoseconds + UInt64(max(bodyCount, bodyBuffer.count) / limits.bodyBytesPerSecondMin)
                * Span64.second
            if now.since(lastProgress) > limits.bodyNanoseconds || now.since(phaseBegan) > whole {
                refuse(.requestTimeout, "the request body took too long")
            }
        case .writing:
            if now.since(lastProgress) > limits.writeNanoseconds { close() }
        case .lingering:
            if now.since(phaseBegan) > ServerLimits.lingerNanoseconds { close() }
        case .handling, .streaming, .closed: break
        }
    }
}
