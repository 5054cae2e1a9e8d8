internal import Core
internal import Files
internal import Synchronization

/// The file that says where a node's door is. A disk that takes nothing keeps the node from nothing but being found by
/// its verbs: the file is written as soon as it can be.
///
/// Concurrency: whoever writes or removes the file holds the gate.
final class DoorFile: Sendable {
    private static let shortestPause = Span64.second
    private static let longestPause = 30 * Span64.second

    private let root: NodeRoot
    private let write: @Sendable () throws(Fault) -> Void
    private let tell: @Sendable (_ trouble: String?) -> Void
    private let isClosed = Mutex(false)

    /// `tell` hears what keeps the file from being written, and of its end.
    init(
        _ root: NodeRoot, port: Int, host: String, token: String, tell: @escaping @Sendable (_ trouble: String?) -> Void
    ) {
        self.root = root
        self.tell = tell
        write = { () throws(Fault) in try root.write(port: port, host: host, token: token) }
    }

    func open() {
        guard let trouble = attempt() else { return }
        Log.line("\(trouble): the verbs find this node when it can be written")
        tell(trouble)
        Lane.start("door-file") { self.keepTrying() }
    }

    private func keepTrying() {
        var backOff = BackOff(shortest: Self.shortestPause, longest: Self.longestPause)
        repeat { Pause.nanoseconds(backOff.next()) } while attempt() != nil
        tell(nil)
    }

    /// Why it cannot be written; nil when it is, or need not be any more.
    private func attempt() -> String? {
        isClosed.withLock { isClosed in
            guard !isClosed else { return nil }
            do throws(Fault) { try write() } catch { return "\(root.doorFile) cannot be written: \(error)" }
            return nil
        }
    }

    func close() {
        isClosed.withLock { isClosed in
            isClosed = true
            FileAccess.remove(root.doorFile)
        }
    }
}
