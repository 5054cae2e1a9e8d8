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
    private static let noteEvery = 2 * Span64.second

    private let command: [String]
    private let pidFile: String
    private let name: String
    private let printout: StationPrintout
    private var pid: Int32?
    /// When the number is written down again; nil once it is.
    private var noteAt: Instant?
    /// Ours to collect: started by this node and not by one before it.
    private var child: ChildProcess?
    private var startAt: Instant?
    private var startedAt = Instant(nanoseconds: 0)
    private var backOff = BackOff(shortest: 50 * Span64.millisecond, longest: 2 * Span64.second)
    private(set) var restarts = 0

    init(_ name: String, _ command: [String], pidFile: String, printout: StationPrintout) {
        self.name = name
        self.printout = printout
        self.command = command
        self.pidFile = pidFile
    }

    var isRunning: Bool { pid != nil }
    var isWanted: Bool { pid != nil || startAt != nil }

    /// Finds the processes of a node before this one, or starts them.
    func start() {
        find()
        if !isWanted { spawn() }
    }

    /// Finds the processes of a node before this one; what is not there is not started.
    func adopt() {
        if let pid, !isOurs(pid) { self.pid = nil }
        find()
    }

    private func find() {
        guard !isWanted, let survivor else { return }
        pid = survivor
        Log.line("\(name) is still running (process \(survivor)) and is looked after again")
    }

    private var survivor: Int32? { Self.survivor(of: command, pidFile: pidFile) }

    /// A number may be somebody else's by now: its command line tells.
    static func survivor(of command: [String], pidFile: String) -> Int32? {
        guard let bytes = try? FileAccess.read(pidFile, limit: 64),
            let pid = Int32(String(decoding: bytes, as: UTF8.self)), isRunning(command, as: pid)
        else { return nil }
        return pid
    }

    private func isOurs(_ pid: Int32) -> Bool { Self.isRunning(command, as: pid) }

    private static func isRunning(_ command: [String], as pid: Int32) -> Bool {
        guard let bytes = try? FileAccess.read("/proc/\(pid)/cmdline", limit: 64 << 10) else { return false }
        let words = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.suffix(command.count - 1) == command.suffix(command.count - 1)
    }

    private func spawn() {
        startAt = nil
        startedAt = .now
        let output = printout.descriptor()
        defer { if let output { close(output) } }
        do throws(Fault) {
            let child = try ChildProcess.spawn(
                command, keeping: [], settings: ProcessFacts.bequest, output: output, inOwnGroup: true)
            self.child = child
            pid = child.pid
            noteAt = startedAt
            note(child.pid, startedAt)
        } catch {
            Log.line("\(name) cannot be started: \(error)")
            startAt = Instant.now.advanced(by: backOff.next())
        }
    }

    /// A disk that takes nothing does not end the line, which runs already; by the number the next node will find it.
    private func note(_ pid: Int32, _ now: Instant) {
        do throws(Fault) {
            try FileAccess.write(Array("\(pid)".utf8), to: pidFile)
            noteAt = nil
        } catch {
            if noteAt == startedAt { Log.line("the number of \(name) is not kept yet: \(error)") }
            noteAt = now.advanced(by: Self.noteEvery)
        }
    }

    /// Sees whether it is still there; starts it again when it is not.
    func tend(_ now: Instant) {
        if let startAt, startAt <= now { return spawn() }
        if let pid, let noteAt, noteAt <= now { note(pid, now) }
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
        noteAt = nil
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
