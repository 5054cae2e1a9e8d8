internal import Core
package import FrameRing
internal import Process
internal import Synchronization

/// Keeps a camera process running for a ring: starts it, starts it again when it ends or hangs, and tells the ring's readers.
/// A crash in a camera's library costs the frames of a moment, and nothing else.
///
/// Concurrency: one thread waits on the process; `stop` is for anyone.
package final class CameraHelper: Sendable {
    private let command: [String]
    private let ring: FrameRing
    private let writer: FrameRingWriter
    private let line = Mutex<Line?>(nil)
    private let isStopping = Atomic(false)
    private let gone = Flagpole()

    private final class Line: Sendable {
        let socket: ControlSocket
        init(_ socket: consuming ControlSocket) { self.socket = socket }
    }

    /// Starting a process and loading its libraries.
    private static let startPromise = 10 * Span64.second
    private static let look: Int32 = 100
    private static let partingPatience = 1500 * Span64.millisecond

    /// `command` runs `lineside camera`; the camera's address stands in the ring.
    package init(_ command: [String], ring: FrameRing) {
        self.command = command
        self.ring = ring
        writer = FrameRingWriter(ring)
    }

    package func start() { Lane.start("keep-camera") { self.keep() } }

    /// Ends the process and waits until it is gone.
    package func stop() {
        isStopping.store(true, ordering: .sequentiallyConsistent)
        line.withLock { $0?.socket.hangUp() }
        gone.wait()
    }

    private func keep() {
        var backOff = BackOff(shortest: CameraFeed.shortestPause, longest: CameraFeed.longestPause)
        while !isStopping.load(ordering: .sequentiallyConsistent) {
            let before = ring.newestNumber
            let how: String
            do throws(Fault) { how = try runOnce() } catch { how = error.description }
            if isStopping.load(ordering: .sequentiallyConsistent) { break }
            writer.sayLost("the camera process ended: \(how)")
            if ring.newestNumber > before { backOff.reset() }
            Pause.nanoseconds(backOff.next())
        }
        gone.raise()
    }

    /// From the process's start to its end; tells how it ended. While it runs, the ring is its to write.
    private func runOnce() throws(Fault) -> String {
        let pair = try ControlSocket.pair()
        let theirs = pair.theirs.descriptor
        writer.promise(within: Self.startPromise)
        let child = try ChildProcess.spawn(
            command + ["--frames-fd", "\(ring.descriptor)", "--control-fd", "\(theirs)"],
            keeping: [ring.descriptor, theirs])
        let line = Line(pair.keepOurs())
        self.line.withLock { $0 = line }
        defer { self.line.withLock { $0 = nil } }
        while !isStopping.load(ordering: .sequentiallyConsistent) {
            guard line.socket.listen(milliseconds: Self.look) != .closed else { break }
            if ring.due < Instant.now {
                child.killNow()
                return "it hung, and was ended (\(child.wait()))"
            }
        }
        return Self.collect(child)
    }

    /// Waits for a process whose line is closed; it lets go of its camera first, but not for ever.
    private static func collect(_ child: ChildProcess) -> String {
        let patience = Instant.now.advanced(by: partingPatience)
        while Instant.now < patience {
            if let how = child.waitNow() { return how }
            Pause.nanoseconds(2 * Span64.millisecond)
        }
        child.killNow()
        return child.wait()
    }
}
