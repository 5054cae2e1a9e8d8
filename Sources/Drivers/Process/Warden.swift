internal import CKernel
package import Core
internal import Glibc

/// Stands between the node and one step of a component, as a process of its own, and answers for everything the step starts.
///
/// The step's processes may leave its group, its session and its parents; they cannot leave their warden, because the kernel
/// gives it every orphan among its descendants. So "end the step" means: signal all that is below the warden, until it has no
/// child left. If the node dies, however that comes, its end of the line closes and the warden kills all of it at once. If the
/// warden dies, the kernel kills the step's first process with it, and the node looks for the rest by their environment.
package struct Warden: ~Copyable {
    private let line: Int32
    private let bell: Int32
    private var step: Int32 = 0
    /// When whatever still runs is killed.
    private var killAt: Instant?
    private static let killEvery = 10 * Span64.millisecond

    /// `words` as `WardenLine` gives them: a label for people, and the descriptors of line, order, stdout and stderr.
    package static func run(_ words: [String]) throws(Fault) {
        let numbers = words.dropFirst().compactMap { Int32($0) }
        guard words.count == 5, numbers.count == 4 else {
            throw Fault(.invalid, "a warden is started by the node, not by people")
        }
        for number in numbers { _ = fcntl(number, F_SETFD, FD_CLOEXEC) }
        // It ends when its step has ended, and not because somebody pressed Ctrl-C.
        Signals.ignoreInterrupts()
        signal(SIGHUP, SIG_IGN)
        guard ls_adopt_orphans() == 0 else { throw Fault.system("becoming a warden") }
        let bell = ls_child_bell()
        guard bell >= 0 else { throw Fault.system("listening for ends of children") }
        var warden = Warden(line: numbers[0], bell: bell)
        let order = try StepOrder(bytes: read(numbers[1]))
        warden.start(order, out: numbers[2], err: numbers[3])
        for number in numbers[1...] { close(number) }
        warden.keep()
    }

    private init(line: Int32, bell: Int32) {
        self.line = line
        self.bell = bell
    }

    private static func read(_ paper: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 14)
        while true {
            let count = unsafe pread(paper, &block, block.count, off_t(bytes.count))
            guard count > 0 else { return bytes }
            bytes += block.prefix(count)
        }
    }

    private mutating func start(_ order: StepOrder, out: Int32, err: Int32) {
        let words = WordList(order.command)
        let environment = WordList(order.environment)
        var stage: Int32 = 0
        let account = order.account
        let groups = account?.groups ?? []
        let pid = unsafe groups.withUnsafeBufferPointer { groups in
            unsafe order.folder.withCString { folder in
                var plan = unsafe ls_step(
                    argv: words.base, envp: environment.base, folder: folder, out: out, err: err,
                    changes_user: account != nil, uid: account?.user ?? 0, gid: account?.group ?? 0,
                    groups: groups.baseAddress, group_count: Int32(groups.count))
                return unsafe ls_step_start(&plan, &stage)
            }
        }
        guard pid > 0 else { return tell(.failed(stage: StepStage(rawValue: stage) ?? .starting, errno: -pid)) }
        step = pid
        tell(.started(pid: pid))
    }

    private mutating func keep() {
        while collect() {
            switch wait() {
            case .nothing: break
            case .end(let grace):
                ProcessTree.signal(descendantsOf: getpid(), SIGTERM)
                // A stopped process hears nothing until it goes on.
                ProcessTree.signal(descendantsOf: getpid(), SIGCONT)
                killAt = min(killAt ?? .distantFuture, Instant.now.advanced(by: grace))
            case .ownerIsGone: killAt = .now
            }
            if let killAt, Instant.now >= killAt { ProcessTree.signal(descendantsOf: getpid(), SIGKILL) }
        }
        tell(.empty)
    }

    /// Takes the ends of children; false when there is none left.
    private func collect() -> Bool {
        ls_child_bell_hush(bell)
        while true {
            var status: Int32 = 0
            let pid = unsafe waitpid(-1, &status, WNOHANG)
            if pid == 0 { return true }
            if pid < 0 {
                if errno == EINTR { continue }
                return false
            }
            if pid == step { tell(.exited(StepEnd(waitStatus: status))) }
        }
    }

    private enum Order { case nothing, end(grace: UInt64), ownerIsGone }

    private func wait() -> Order {
        var waits = [
            pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
            // Once the owner is gone its end stays readable for ever, and there is nothing more to hear.
            pollfd(fd: killAt.map { $0 <= .now } == true ? -1 : line, events: Int16(POLLIN), revents: 0),
        ]
        let until = killAt.map { $0 > .now ? $0 : Instant.now.advanced(by: Self.killEvery) }
        if let until {
            _ = unsafe ls_poll_until(&waits, 2, until.nanoseconds)
        } else {
            _ = unsafe poll(&waits, 2, -1)
        }
        guard waits[1].revents != 0 else { return .nothing }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = unsafe recv(line, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        if count < 0 && (errno == EAGAIN || errno == EINTR) { return .nothing }
        guard count > 0, let grace = UInt64(String(decoding: bytes.prefix(count), as: UTF8.self)) else {
            return .ownerIsGone
        }
        return .end(grace: grace)
    }

    private func tell(_ news: StepNews) {
        let message = news.message
        _ = unsafe send(line, message, message.count, Int32(MSG_NOSIGNAL))
    }
}
