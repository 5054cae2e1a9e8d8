internal import CKernel
internal import CTLS
internal import Glibc

/// A connected socket, plain or TLS. Owns its descriptor.
@safe struct Transport: ~Copyable {
    let descriptor: Int32
    private let tls: OpaquePointer?

    enum Result { case bytes(Int), closed, waitRead, waitWrite, failed }

    /// nil when TLS is wanted and cannot be had: the descriptor is closed then, never served in the clear.
    init?(descriptor: Int32, tls context: TLSContext?) {
        let tls = unsafe context.flatMap { unsafe ls_tls_accept($0.context, descriptor) }
        if unsafe context != nil && tls == nil {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
        unsafe self.tls = unsafe tls
    }

    deinit {
        if let tls = unsafe tls { unsafe ls_tls_free(tls) }
        close(descriptor)
    }

    /// The address of the other side; empty when it is gone.
    var peer: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard let start = text.baseAddress else { return "" }
            unsafe ls_peer(descriptor, start, text.count)
            return unsafe String(cString: start)
        }
    }

    /// The SHA-256 of the client's certificate, which it proved to have; nil when it has shown none.
    var certificateDigest: [UInt8]? {
        guard let tls = unsafe tls else { return nil }
        var room = [UInt8](repeating: 0, count: 32)
        return unsafe ls_tls_peer_digest(tls, &room) ? room : nil
    }

    var isPlain: Bool { unsafe tls == nil }

    func receive(_ into: UnsafeMutableRawPointer, _ count: Int) -> Result {
        if let tls = unsafe tls { return unsafe Self.result(ls_tls_read(tls, into, count)) }
        let received = unsafe recv(descriptor, into, count, 0)
        if received > 0 { return .bytes(received) }
        if received == 0 { return .closed }
        return errno == EAGAIN || errno == EINTR ? .waitRead : .failed
    }

    func transmit(_ from: UnsafeRawPointer, _ count: Int) -> Result {
        if let tls = unsafe tls { return unsafe Self.result(ls_tls_write(tls, from, count)) }
        let sent = unsafe send(descriptor, from, count, Int32(MSG_NOSIGNAL))
        if sent >= 0 { return .bytes(sent) }
        return errno == EAGAIN || errno == EINTR ? .waitWrite : .failed
    }

    private static func result(_ code: Int) -> Result {
        switch code {
        case 1...: .bytes(code)
        case Int(LS_TLS_CLOSED): .closed
        case Int(LS_TLS_WANTS_READ): .waitRead
        case Int(LS_TLS_WANTS_WRITE): .waitWrite
        default: .failed
        }
    }

    /// Asks the kernel not to wake us for less than this many bytes; it makes room for them.
    func wakeOnly(for bytes: Int) {
        var mark = Int32(clamping: bytes)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVLOWAT, &mark, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Says that nothing more will be sent, and keeps reading possible.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Throws away what the client still sends, undeciphered: the count, 0 at its end, negative when there is none now.
    func discard(_ count: Int) -> Int { ls_discard(descriptor, count) }

    /// Whether deciphered bytes wait that epoll does not know of.
    var hasPending: Bool { unsafe tls.map { unsafe ls_tls_has_pending($0) } ?? false }
}
