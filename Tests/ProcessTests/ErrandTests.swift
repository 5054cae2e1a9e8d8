import Core
import Files
import Process
import Testing

@Suite struct ErrandTests {
    private static let long = 20 * Span64.second

    private func shell(_ script: String, input: String = "") -> Errand {
        Errand(["/bin/sh", "-c", script], environment: ["PATH": "/usr/bin:/bin"], input: Array(input.utf8))
    }

    struct Case: Sendable {
        let script: String
        let manner: Errand.End.Manner
        var lastWords = ""
    }

    @Test(arguments: [
        Case(script: "true", manner: .status(0)),
        Case(script: "echo out; exit 3", manner: .status(3)),
        Case(script: "echo one >&2; echo two >&2; echo >&2; exit 1", manner: .status(1), lastWords: "two"),
        Case(script: "printf 'no line end' >&2", manner: .status(0), lastWords: "no line end"),
        Case(
            script: "printf '\\033[31mr\\302\\205e\\357\\277\\277d\\177\\007\\n' >&2", manner: .status(0),
            lastWords: "[31mred"),
        Case(script: "kill -9 $$", manner: .signal(9)),
        // Nobody is left to wait for, although somebody still holds the pipe.
        Case(script: "sleep 60 & echo gone >&2", manner: .status(0), lastWords: "gone"),
        Case(script: "exec 2>&-; sleep 0.1; exit 4", manner: .status(4)),
        Case(script: "test \"$(env | grep -c HOME)\" = 0", manner: .status(0)),
    ])
    func saysHowItEnded(_ test: Case) throws {
        let end = try shell(test.script).run(patience: Self.long)
        #expect(end == Errand.End(manner: test.manner, lastWords: test.lastWords))
    }

    @Test func readsWhatItIsGiven() throws {
        let text = String(repeating: "event ", count: 100_000)
        let end = try shell("wc -c >&2", input: text).run(patience: Self.long)
        #expect(end == Errand.End(manner: .status(0), lastWords: "\(text.utf8.count)"))
    }

    @Test func keepsTheEndOfLongWords() throws {
        let end = try shell("head -c 10000000 /dev/zero | tr '\\0' x >&2; echo >&2; echo last >&2; exit 1")
            .run(patience: Self.long)
        #expect(end == Errand.End(manner: .status(1), lastWords: "last"))
        let line = try shell("head -c 100000 /dev/zero | tr '\\0' x >&2").run(patience: Self.long).lastWords
        #expect(line == String(repeating: "x", count: 256))
    }

    @Test func isNotWaitedForLongerThanThereIsPatience() throws {
        let start = Instant.now
        let end = try shell("trap '' TERM; echo busy >&2; sleep 60 & sleep 60").run(patience: Span64.second / 2)
        #expect(end == Errand.End(manner: .late, lastWords: "busy"))
        #expect(Instant.now.since(start) < 10 * Span64.second)
    }

    @Test func isCalledBack() throws {
        let start = Instant.now
        let end = try shell("sleep 60").run(patience: Self.long) { Instant.now.since(start) < Span64.second / 10 }
        #expect(end.manner == .calledBack)
        #expect(Instant.now.since(start) < 10 * Span64.second)
    }

    @Test func nothingOfItsGroupOutlivesIt() throws {
        let folder = try FileAccess.temporaryFolder("errand")
        defer { FileAccess.remove(folder) }
        _ = try shell("(sleep 0.3; touch '\(folder)/late') & exit 0").run(patience: Self.long)
        Pause.nanoseconds(Span64.second / 2)
        #expect(!FileAccess.isFile(folder + "/late"))
    }

    @Test func aProgramThatIsNotThereIsAFault() {
        #expect(throws: Fault.self) {
            try Errand(["/nowhere/at/all"], environment: [:], input: []).run(patience: Self.long)
        }
    }
}
