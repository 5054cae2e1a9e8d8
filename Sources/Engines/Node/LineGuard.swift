internal import Core
internal import Files
internal import Glibc
internal import Process

/// Keeps a station's processes running. They outlive the node: when it is killed the line goes on judging, and the next node finds
/// them by the file with their number and goes on looking after them. (But for a node that may itself not outlive somebody, as in a
/// demonstration.)
///
/// Confined to its lane's thread.
final class LineGuard {
    private static let patience = 8 * Span64.second
    private static let turn = 20 * Span64.millisecond

    private let command: [String]
    private let pidFile: String
    private let name: String
    private var pid: Int32?
    /// Ours to collect: started by this node and not by one before it.
    private var child: ChildProcess?
    private var startAt: Instant?
    private var startedAt = Instant(nanoseconds: 0)
    private var backOff = BackOff(shortest: 50 * Span64.millisecond, longest: 2 * Span64.second)
    private(set) var restarts = 0

    init(_ name: String, _ command: [String], pidFile: String) {
        self.name = name
        self.command = command
        self.pidFile = pidFile
    }

    var isRunning: Bool { pid != nil }
    var isWanted: Bool { pid != nil || startAt != nil }

    /// Finds the processes of a node before this one, or starts them.
    func start() {
        guard !isWanted else { return }
        pid = survivor
        if let pid { return Log.line("\(name) is still running (process \(pid)) and is looked after again") }
        spawn()
    }

    /// A number may be somebody else's by now: its command line tells.
    private var survivor: Int32? {
        guard let bytes = try? FileAccess.read(pidFile, limit: 64),
            let pid = Int32(String(decoding: bytes, as: UTF8.self)), isOurs(pid)
        else { return nil }
        return pid
    }

    private func isOurs(_ pid: Int32) -> Bool {
        guard let bytes = try? FileAccess.read("/proc/\(pid)/cmdline", limit: 64 << 10) else { return false }
        let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.suffix(command.count - 1) == command.suffix(command.count - 1)
    }

    private func spawn() {
        startAt = nil
        startedAt = .now
        do throws(Fault) {
            let child = try ChildProcess.spawn(
                command, keeping: [], settings: ProcessFacts.bequest, inOwnGroup: true)
            self.child = child
            pid = child.pid
            try FileAccess.write(Array("\(child.pid)".utf8), to: pidFile)
        } catch {
            Log.line("\(name) cannot be started: \(error)")
            startAt = Instant.now.advanced(by: backOff.next())
        }
    }

    /// Sees whether it is still there; starts it again when it is not.
    func tend(_ now: Instant) {
        if let startAt, startAt <= now { return spawn() }
        guard let pid else { return }
        let how: String?
        if let child { how = child.waitNow() } else { how = isOurs(pid) ? nil : "gone" }
        guard let how else { return }
        self.pid = nil
        child = nil
        restarts += 1
        if now.since(startedAt) > 10 * Span64.second { backOff.reset() }
        startAt = now.advanced(by: backOff.next())
        Log.line("\(name) ended (\(how)); it is started again")
    }

    /// Asks it to end and waits until it has.
    func stop() {
        startAt = nil
        pid = pid ?? survivor
        guard let pid else { return }
        kill(pid, SIGTERM)
        let limit = Instant.now.advanced(by: Self.patience)
        while Instant.now < limit, !hasEnded(pid) { Pause.nanoseconds(Self.turn) }
        if !hasEnded(pid) {
            kill(pid, SIGKILL)
            _ = child?.wait()
        }
        self.pid = nil
        child = nil
        FileAccess.remove(pidFile)
    }

    private func hasEnded(_ pid: Int32) -> Bool {
        guard let child else { return !isOurs(pid) }
        guard child.waitNow() != nil else { return false }
        self.child = nil
        return true
    }
}
