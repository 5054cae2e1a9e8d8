internal import CKernel
package import Core
internal import Glibc

/// A program that is given something to read and has so long to end. Nothing of its group outlives it.
package struct Errand: Sendable {
    /// How it came to its end, and the last line of what it said on stderr.
    package struct End: Hashable, Sendable {
        package enum Manner: Hashable, Sendable {
            case status(Int32)
            case signal(Int32)
            /// It did not end in time.
            case late
            /// Whoever sent it did not want to wait any longer.
            case calledBack

            init(_ end: StepEnd) {
                switch end {
                case .code(let code): self = .status(code)
                case .signal(let number): self = .signal(number)
                }
            }
        }

        package let manner: Manner
        package let lastWords: String

        package init(manner: Manner, lastWords: String) {
            self.manner = manner
            self.lastWords = lastWords
        }
    }

    private static let wordsBytesMax = 4096
    private static let lineLettersMax = 256
    /// How soon an end is noticed.
    private static let lookEvery: Int32 = 5

    private let arguments: [String]
    private let environment: [String: String]
    private let input: [UInt8]

    /// `arguments[0]` is the program's file; its environment is this one and nothing else.
    package init(_ arguments: [String], environment: [String: String], input: [UInt8]) {
        self.arguments = arguments
        self.environment = environment
        self.input = input
    }

    /// Runs it, for `patience` nanoseconds at most and as long as it is wanted. What it writes to stdout goes nowhere.
    package func run(patience: UInt64, while isWanted: () -> Bool = { true }) throws(Fault) -> End {
        let deadline = Instant.now.advanced(by: patience)
        var ends: [Int32] = [-1, -1]
        guard unsafe ls_pipe(&ends) == 0 else { throw Fault.system("making a pipe") }
        _ = fcntl(ends[0], F_SETFL, O_NONBLOCK)
        defer { close(ends[0]) }
        let child: ChildProcess
        do throws(Fault) { child = try start(errors: ends[1]) } catch {
            close(ends[1])
            throw error
        }
        close(ends[1])
        var words: [UInt8] = []
        var manner: End.Manner?
        while !hasEnded(child) {
            if Instant.now >= deadline { manner = .late } else if !isWanted() { manner = .calledBack }
            if manner != nil { break }
            listen(ends[0], &words)
        }
        // Not collected yet: until then the group's number is nobody else's.
        _ = kill(-child.pid, SIGKILL)
        let end = child.collect()
        drain(ends[0], &words)
        return End(manner: manner ?? End.Manner(end), lastWords: Self.lastLine(words))
    }

    private func start(errors: Int32) throws(Fault) -> ChildProcess {
        let paper = unsafe ls_memfd("lineside-errand", UInt64(input.count))
        guard paper >= 0 else { throw Fault.system("making room for what \(arguments[0]) reads") }
        defer { close(paper) }
        var written = 0
        while written < input.count {
            let count = unsafe input.withUnsafeBytes {
                unsafe pwrite(paper, $0.baseAddress?.advanced(by: written), input.count - written, off_t(written))
            }
            guard count > 0 else { throw Fault.system("writing what \(arguments[0]) reads") }
            written += count
        }
        let nowhere = unsafe open("/dev/null", O_WRONLY | O_CLOEXEC)
        guard nowhere >= 0 else { throw Fault.system("opening /dev/null") }
        defer { close(nowhere) }
        return try ChildProcess.spawn(
            arguments, keeping: [], environment: environment, input: paper, output: nowhere, errors: errors,
            inOwnGroup: true)
    }

    /// Whether it has ended; it is left to be collected.
    private func hasEnded(_ child: ChildProcess) -> Bool {
        var news = unsafe siginfo_t()
        let options = WEXITED | WNOHANG | WNOWAIT
        return unsafe waitid(P_PID, id_t(child.pid), &news, options) == 0 && news.si_signo == SIGCHLD
    }

    /// Waits a moment for something to be said.
    private func listen(_ pipe: Int32, _ words: inout [UInt8]) {
        var wait = pollfd(fd: pipe, events: Int16(POLLIN), revents: 0)
        _ = unsafe poll(&wait, 1, Self.lookEvery)
        if wait.revents & Int16(POLLIN) != 0 {
            drain(pipe, &words)
        } else if wait.revents != 0 {
            // It has closed its stderr and goes on: there is nothing to wait for but time.
            Pause.nanoseconds(UInt64(Self.lookEvery) * Span64.millisecond)
        }
    }

    /// Takes what has been said so far, and keeps the end of it.
    private func drain(_ pipe: Int32, _ words: inout [UInt8]) {
        var block = [UInt8](repeating: 0, count: Self.wordsBytesMax)
        // As much as a pipe holds: somebody who never stops talking is not listened to for ever.
        for _ in 0..<16 {
            let count = unsafe read(pipe, &block, block.count)
            guard count > 0 else { return }
            words = Array((words + block.prefix(count)).suffix(Self.wordsBytesMax))
        }
    }

    private static func lastLine(_ words: [UInt8]) -> String {
        let lines = words.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        let line = lines.last { line in line.contains { $0 > 0x20 } } ?? []
        // Colours and the like are for terminals: whoever reads it later may take no control characters.
        let letters = String(decoding: line, as: UTF8.self).unicodeScalars.filter(isLetter)
        return String(String(String.UnicodeScalarView(letters)).prefix(lineLettersMax))
    }

    private static func isLetter(_ letter: Unicode.Scalar) -> Bool {
        letter.properties.generalCategory != .control && !letter.properties.isNoncharacterCodePoint
    }
}
