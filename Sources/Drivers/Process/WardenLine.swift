internal import CKernel
package import Core
internal import Glibc

/// One step that runs under a warden, as its owner holds it. When the line goes, by whichever way this process ends,
/// the warden kills everything that the step started.
///
/// Concurrency: a descriptor and constants; what is sent and received is whole messages.
package final class WardenLine: Sendable {
    /// To be polled: readable when there is news.
    package let descriptor: Int32
    package let warden: ChildProcess

    private init(descriptor: Int32, warden: ChildProcess) {
        self.descriptor = descriptor
        self.warden = warden
    }

    deinit { close(descriptor) }

    /// Starts `command` (this program's warden) with an order. `out` and `err` are what the step writes to.
    package static func start(
        _ command: [String], label: String, order: StepOrder, out: Int32, err: Int32
    ) throws(Fault) -> WardenLine {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw Fault.system("making a warden's line") }
        defer { close(ends[1]) }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        do throws(Fault) {
            let paper = try write(order.bytes)
            defer { close(paper) }
            let child = try ChildProcess.spawn(
                command + [label, "\(ends[1])", "\(paper)", "\(out)", "\(err)"], keeping: [ends[1], paper, out, err],
                environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"], inOwnGroup: true)
            return WardenLine(descriptor: ends[0], warden: child)
        } catch {
            close(ends[0])
            throw error
        }
    }

    private static func write(_ bytes: [UInt8]) throws(Fault) -> Int32 {
        let paper = unsafe ls_memfd("lineside-step", UInt64(bytes.count))
        guard paper >= 0 else { throw Fault.system("making room for a step's order") }
        guard unsafe pwrite(paper, bytes, bytes.count, 0) == bytes.count else {
            let reason = errno
            close(paper)
            throw Fault.system("writing a step's order", errno: reason)
        }
        return paper
    }

    package enum Reception: Hashable, Sendable { case news(StepNews), nothing, gone }

    /// What the warden said next, without waiting.
    package func receive() -> Reception {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
        if count < 0 { return errno == EAGAIN || errno == EINTR ? .nothing : .gone }
        guard count > 0, let news = StepNews(message: bytes.prefix(count)) else { return .gone }
        return .news(news)
    }

    /// Asks all of the step's processes to end, and kills those that have not after `grace` nanoseconds.
    package func end(grace: UInt64) {
        let message = Array("\(grace)".utf8)
        _ = unsafe send(descriptor, message, message.count, Int32(MSG_NOSIGNAL))
    }
}
