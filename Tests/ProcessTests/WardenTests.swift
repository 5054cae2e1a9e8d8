import Core
import Files
import Glibc
import Process
import Testing

/// Real wardens of the binary that was built with the tests, and real steps under them.
@Suite struct WardenTests {
    private static let command: [String] = {
        let tests = (try? ProcessFacts.executablePath()) ?? ""
        let folder = tests.lastIndex(of: "/").map { tests[..<$0] } ?? ""
        return ["\(folder)/lineside", "warden"]
    }()

    private func start(
        _ script: String, folder: String = "/tmp", environment: [String] = ["PATH=/usr/bin:/bin"]
    ) throws -> WardenLine {
        let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)
        defer { close(nowhere) }
        let order = StepOrder(
            command: ["/bin/sh", "-c", script], folder: folder, environment: environment, account: nil)
        return try WardenLine.start(Self.command, label: "test", order: order, out: nowhere, err: nowhere)
    }

    /// What it says until it has nothing more to say, or nothing for ten seconds.
    private func hear(_ line: WardenLine, until last: (StepNews) -> Bool = { $0 == .empty }) -> [StepNews] {
        var heard: [StepNews] = []
        while true {
            var wait = pollfd(fd: line.descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wait, 1, 10_000) > 0, case .news(let news) = line.receive() else { return heard }
            heard.append(news)
            if last(news) { return heard }
        }
    }

    private func isStarted(_ news: StepNews) -> Bool { if case .started = news { true } else { false } }

    @Test(arguments: [("exit 7", StepEnd.code(7)), ("kill -9 $$", .signal(9)), (":", .code(0))])
    func tellsHowItEnds(_ script: String, _ end: StepEnd) throws {
        let line = try start(script)
        let heard = hear(line)
        #expect(heard.count == 3 && heard.first.map(isStarted) == true)
        #expect(heard.suffix(2) == [.exited(end), .empty])
        #expect(line.warden.wait() == "exit status 0" && line.receive() == .gone)
    }

    @Test func saysWhyItCannotStart() throws {
        let line = try start(":", folder: "/no/such/folder")
        #expect(hear(line) == [.failed(stage: .folder, errno: ENOENT), .empty])
        _ = line.warden.wait()
    }

    /// [component-stop-1] What leaves its session and ignores requests to end is ended all the same.
    @Test func endsWhateverRanAway() throws {
        // Nobody ignores anything before he has said so: whoever is asked earlier ends at once.
        let ready = "/tmp/lineside-ready-\(Secret.minted(letters: 20))"
        defer { FileAccess.remove(ready) }
        let line = try start(
            "trap '' TERM; (setsid sh -c \"trap '' TERM; : > \(ready); sleep 999; sleep 999\" &) ; sleep 999; sleep 999"
        )
        #expect(hear(line, until: isStarted).count == 1)
        let patience = Instant.now.advanced(by: 10 * Span64.second)
        while !FileAccess.isFile(ready), Instant.now < patience { usleep(1000) }
        line.end(grace: 50 * Span64.millisecond)
        #expect(hear(line) == [.exited(.signal(9)), .empty])
        _ = line.warden.wait()
    }

    /// [component-step-1] What a step leaves running goes on after its end, until it is swept.
    @Test func keepsWhatAStepLeavesBehind() throws {
        let line = try start("sleep 999 & exit 0")
        #expect(hear(line, until: { $0 == .exited(.code(0)) }).count == 2)
        #expect(line.receive() == .nothing)
        line.end(grace: Span64.second)
        #expect(hear(line) == [.empty])
        _ = line.warden.wait()
    }

    /// [component-kill-1]
    @Test func killsEverythingWhenItsOwnerGoes() throws {
        let mark = "LINESIDE_TEST_MARK=\(Secret.minted(letters: 20))"
        let warden: ChildProcess
        do {
            let line = try start("setsid sleep 999 & sleep 999", environment: ["PATH=/usr/bin:/bin", mark])
            #expect(hear(line, until: isStarted).count == 1)
            warden = line.warden
        }
        #expect(warden.wait() == "exit status 0")
        #expect(ProcessTree.kill(markedBy: mark) == 0)
    }

    /// [component-kill-2]
    @Test func aKilledWardenTakesItsStepWithIt() throws {
        let mark = "LINESIDE_TEST_MARK=\(Secret.minted(letters: 20))"
        let line = try start("setsid sleep 999 & exec sleep 999", environment: ["PATH=/usr/bin:/bin", mark])
        #expect(hear(line, until: isStarted).count == 1)
        line.warden.killNow()
        _ = line.warden.wait()
        #expect(line.receive() == .gone)
        // Only the one that ran away is left to be found.
        #expect(ProcessTree.kill(markedBy: mark) <= 2)
        #expect(ProcessTree.kill(markedBy: mark) == 0)
    }
}
