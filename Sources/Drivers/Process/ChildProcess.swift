internal import CKernel
package import Core
internal import Glibc

/// A program of ours that runs beside us. Not a handle that must be closed: `wait` collects it, exactly once.
package struct ChildProcess: Hashable, Sendable {
    package let pid: Int32

    package init(pid: Int32) { self.pid = pid }

    /// Starts `arguments[0]`; of our descriptors the child keeps stderr and those named here, under the same numbers.
    /// Its environment is ours, and `settings` where ours says nothing; or `environment` and nothing else. In a group of its
    /// own, Ctrl-C does not reach it. It reads `input`, or nothing; what it writes goes to `output`, its errors to `errors`
    /// where that is named.
    package static func spawn(
        _ arguments: [String], keeping descriptors: [Int32], settings: [String: String] = [:],
        environment: [String: String]? = nil, input: Int32? = nil, output: Int32? = nil, errors: Int32? = nil,
        inOwnGroup: Bool = false
    ) throws(Fault) -> ChildProcess {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        if let input {
            unsafe posix_spawn_file_actions_adddup2(&actions, input, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, output ?? 2, 1)
        if let errors = errors ?? output { unsafe posix_spawn_file_actions_adddup2(&actions, errors, 2) }
        // > If the old and new descriptors are the same, the close-on-exec flag is cleared. <glibc 2.29, posix_spawn>
        for descriptor in descriptors { unsafe posix_spawn_file_actions_adddup2(&actions, descriptor, descriptor) }

        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        unsafe posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | (inOwnGroup ? POSIX_SPAWN_SETPGROUP : 0)))

        var pid: pid_t = 0
        let words = WordList(arguments)
        let names = WordList(environment?.map { "\($0)=\($1)" } ?? inherited(settings))
        let code = unsafe posix_spawn(&pid, arguments[0], &actions, &attributes, words.base, names.base)
        guard code == 0 else { throw Fault.system("starting \(arguments[0])", errno: code) }
        return ChildProcess(pid: pid)
    }

    /// Our own environment, and what it lacks; but whom we must not outlive is nothing to a child of ours.
    private static func inherited(_ settings: [String: String]) -> [String] {
        let parent = ProcessFacts.parentVariable
        var words: [String] = []
        var place = 0
        while let word = unsafe environ[place] {
            let text = unsafe String(cString: word)
            if !text.hasPrefix(parent + "=") { words.append(text) }
            place += 1
        }
        for (name, value) in settings where unsafe name == parent || getenv(name) == nil {
            words.append("\(name)=\(value)")
        }
        return words
    }

    /// Runs a short program to its end and returns what it printed, both streams in one.
    package static func output(_ arguments: [String]) throws(Fault) -> (status: String, text: String) {
        var ends: [Int32] = [-1, -1]
        guard unsafe ls_pipe(&ends) == 0 else { throw Fault.system("making a pipe") }
        defer { close(ends[0]) }
        let child: ChildProcess
        do throws(Fault) { child = try spawn(arguments, keeping: [], output: ends[1]) } catch {
            close(ends[1])
            throw error
        }
        close(ends[1])
        var text: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(ends[0], &block, block.count)
            guard count > 0, text.count < 1 << 20 else { break }
            text += block.prefix(count)
        }
        return (child.wait(), String(decoding: text, as: UTF8.self))
    }

    package func kill(_ signal: Int32) { _ = Glibc.kill(pid, signal) }
    package func killNow() { kill(SIGKILL) }

    /// How it ended, if it has; it is then collected.
    package func waitNow() -> String? {
        var status: Int32 = 0
        return unsafe waitpid(pid, &status, WNOHANG) == pid ? StepEnd(waitStatus: status).description : nil
    }

    /// Waits for the end and says how it came.
    package func wait() -> String { collect().description }

    /// Waits for the end.
    func collect() -> StepEnd {
        var status: Int32 = 0
        while unsafe waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return StepEnd(waitStatus: status)
    }
}
