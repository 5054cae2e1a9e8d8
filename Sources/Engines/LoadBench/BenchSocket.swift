internal import Glibc

/// One nonblocking TCP socket. Noncopyable: one owner, closed exactly once.
struct BenchSocket: ~Copyable {
    /// What came of an attempt to move bytes.
    enum Moved: Equatable {
        case bytes(Int)
        case wouldBlock
        /// The other side is gone, in order or not.
        case closed
    }

    let descriptor: Int32

    /// Begins to connect; nil when the system refuses at once. The socket turns writable when it is settled.
    init?(connectingTo address: SocketAddress) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, 0)
        guard descriptor >= 0 else { return nil }
        var one: Int32 = 1
        _ = unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        let result = unsafe address.bytes.withUnsafeBytes { bytes in
            unsafe connect(
                descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        // `pselect` cannot watch a descriptor of FD_SETSIZE or beyond.
        guard result == 0 || errno == EINPROGRESS, descriptor < FD_SETSIZE else {
            _ = close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    /// Whether the connection that began with `init` stands.
    borrowing func isConnected() -> Bool {
        var failure: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        let result = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length)
        return result == 0 && failure == 0
    }

    /// Sends what the system takes of `bytes` from `offset` on.
    borrowing func send(_ bytes: [UInt8], from offset: Int) -> Moved {
        let count = unsafe bytes.withUnsafeBytes { buffer in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[offset...])
            return unsafe Glibc.send(descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
        }
        return Self.moved(count)
    }

    /// Fills `buffer` with what has arrived.
    borrowing func receive(into buffer: inout [UInt8]) -> Moved {
        let count = unsafe buffer.withUnsafeMutableBytes { bytes in
            unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
        }
        return count == 0 ? .closed : Self.moved(count)
    }

    private static func moved(_ count: Int) -> Moved {
        if count >= 0 { return .bytes(count) }
        return errno == EAGAIN || errno == EINTR ? .wouldBlock : .closed
    }
}
