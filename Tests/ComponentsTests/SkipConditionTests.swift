import Components
import Core
import Testing

/// [component-skip] Skipif.
@Suite struct SkipConditionTests {
    @Test(arguments: [
        ("onpath git", true), ("!onpath git", false), ("! onpath git", false), ("onpath hg", false),
        ("exists /etc/a b", true), ("  !  exists   /nowhere ", true), ("ONPATH git", true),
    ])
    func holds(_ text: String, _ expected: Bool) throws {
        let condition = try SkipCondition(parsing: text)
        #expect(condition.holds { $0 == .onPath("git") || $0 == .exists("/etc/a b") } == expected)
    }

    @Test(arguments: ["", "!", "onpath", "exists  ", "is git", "!!exists /x"])
    func refuses(_ text: String) { #expect(throws: Fault.self) { try SkipCondition(parsing: text) } }
}

@Suite struct LogLinesTests {
    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// [component-log-1]
    @Test func saysWhereALineComesFrom() {
        var lines = LogLines(label: "run out", isPrefixed: true)
        #expect(text(lines.take(Array("one\ntw".utf8), milliseconds: 0)) == "1970-01-01T00:00:00.000Z run out one\n")
        #expect(
            text(lines.take(Array("o\n\n".utf8), milliseconds: 1))
                == "1970-01-01T00:00:00.001Z run out two\n1970-01-01T00:00:00.001Z run out \n")
        #expect(text(lines.take(Array("three".utf8), milliseconds: 2)).isEmpty)
        #expect(text(lines.end(milliseconds: 3)) == "1970-01-01T00:00:00.003Z run out three\n")
        #expect(lines.end(milliseconds: 3).isEmpty)
    }

    @Test func dividesALineWithoutAnEnd() {
        var lines = LogLines(label: "run out", isPrefixed: true)
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: LogLines.lineBytesMax * 2 + 5)
        let taken = text(lines.take(block, milliseconds: 0)).split(separator: "\n")
        #expect(taken.count == 2 && taken.allSatisfy { $0.utf8.count <= LogLines.lineBytesMax + 40 })
    }

    @Test func leavesThemAlone() {
        var lines = LogLines(label: "run out", isPrefixed: false)
        #expect(text(lines.take(Array("a\nb".utf8), milliseconds: 0)) == "a\nb")
    }
}
