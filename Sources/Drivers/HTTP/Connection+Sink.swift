internal import CHTTP
internal import CKernel
internal import Core

/// How a connection receives a body that is taken piece by piece.
extension Connection {
    /// A body that is taken piece by piece: what has come already, and then whatever comes.
    func sinkBody(_ length: Int, _ sink: any BodySink, _ request: RequestHead) {
        unsafe destination = nil
        bodyCount = length
        let here = min(input.count - taken, length)
        remaining = length - here
        // Also where nothing has come yet: a client that waits for leave to send need not send what is refused anyway.
        let piece = unsafe UnsafeRawBufferPointer(rebasing: input.bytes[taken..<(taken + here)])
        guard unsafe sink.take(piece) else { return giveUp() }
        taken += here
        if remaining == 0 { return unsafe complete(UnsafeRawBufferPointer(start: nil, count: 0)) }
        sayContinue(request)
        enter(.body)
        readIntoSink(sink)
    }

    /// The sink has had enough: the answer is given now, and nothing that follows is believed.
    func giveUp() {
        setWakeMark(1)
        closesAfter = true
        lingersAfter = true
        unsafe complete(UnsafeRawBufferPointer(start: nil, count: 0))
    }

    func readIntoSink(_ sink: any BodySink) {
        var budget = 16
        while remaining > 0, budget > 0 {
            let room = unsafe bodyBuffer.reserve(Self.pieceBytes)
            switch unsafe transport.receive(room, min(remaining, Self.pieceBytes)) {
            case .bytes(let count):
                remaining -= count
                budget -= 1
                lastProgress = reactor.now
                guard unsafe sink.take(UnsafeRawBufferPointer(start: room, count: count)) else { return giveUp() }
            case .closed: return endedEarly()
            case .failed: return close()
            case .waitRead: return waitForMuch()
            case .waitWrite: return want(UInt32(LS_IN | LS_OUT | LS_RDHUP))
            }
        }
        guard remaining == 0 else { return waitForMuch() }
        setWakeMark(1)
        unsafe complete(UnsafeRawBufferPointer(start: nil, count: 0))
        advance()
    }

    func sinkChunks(_ sink: any BodySink) -> Bool {
        defer { bodyBuffer.removeAll() }
        return unsafe sink.take(bodyBuffer.bytes)
    }
}
