package import Core
internal import Glibc

/// One end of a socket between us and a child: one byte says ready, and its end says that the other side is gone.
package struct ControlSocket: ~Copyable, Sendable {
    package let descriptor: Int32

    package static let ready = UInt8(ascii: "R")

    private init(descriptor: Int32) { self.descriptor = descriptor }

    /// Takes over a descriptor that came with the process.
    package init(inherited descriptor: Int32) {
        self.descriptor = descriptor
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    package struct Pair: ~Copyable {
        package let ours: ControlSocket
        package let theirs: ControlSocket

        /// Lets the child's end go once the child has it, and keeps ours.
        package consuming func keepOurs() -> ControlSocket { ours }
    }

    package static func pair() throws(Fault) -> Pair {
        var ends: [Int32] = [-1, -1]
        guard unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            throw Fault.system("making a control socket")
        }
        return Pair(ours: ControlSocket(descriptor: ends[0]), theirs: ControlSocket(descriptor: ends[1]))
    }

    package func sayReady() {
        var byte = Self.ready
        _ = unsafe send(descriptor, &byte, 1, Int32(MSG_NOSIGNAL))
    }

    package enum News: Hashable, Sendable { case ready, closed, silence }

    /// Waits for the other side to say something, at most `milliseconds` (negative: for ever).
    package func listen(milliseconds: Int32 = -1) -> News {
        var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        var status: Int32
        repeat { status = unsafe poll(&wait, 1, milliseconds) } while status < 0 && errno == EINTR
        guard status > 0 else { return .silence }
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, 0)
        return count == 1 && byte == Self.ready ? .ready : .closed
    }

    /// Waits until the other side has hung up or is gone; what it said stays for `listen`.
    package static func waitForEnd(of descriptor: Int32) {
        // POLLHUP comes unasked, and alone: what may be read wakes nobody here.
        var wait = pollfd(fd: descriptor, events: 0, revents: 0)
        while unsafe poll(&wait, 1, -1) < 0 && errno == EINTR {}
    }

    /// Ends the conversation from another thread: both sides' `listen` returns.
    package borrowing func hangUp() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
