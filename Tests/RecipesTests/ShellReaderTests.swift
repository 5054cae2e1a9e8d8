import Testing

@testable import Recipes

/// What a shell would see in texts as people print them.
@Suite struct ShellReaderTests {
    private func read(_ text: String, isTutorial: Bool = false) -> [(block: ScriptBlock, script: ShellScript)] {
        let text = ScriptText(Array((isTutorial ? text : "#!/bin/bash\n" + text).utf8))
        return FenceReader.blocks(text, paper: 0).map { ($0, ShellReader.read($0)) }
    }

    private func words(_ text: String, isTutorial: Bool = false) -> [[String]] {
        read(text, isTutorial: isTutorial).flatMap { $0.script.commands.map { $0.words.map(\.text) } }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        let words: [[String]]
    }

    @Test(arguments: [
        Row(testDescription: "blanks", text: "  ls  -l\tx  # why\n", words: [["ls", "-l", "x"]]),
        Row(
            testDescription: "quotes", text: #"say 'a b' "c 'd'" e'f'"g" \"h"#,
            words: [["say", "a b", "c 'd'", "efg", "\"h"]]),
        Row(testDescription: "a line that goes on", text: "a \\\n  b\\\n  c\\\nd", words: [["a", "b", "cd"]]),
        Row(
            testDescription: "pipes and lists", text: "a | b && c || d; e & f",
            words: [["a"], ["b"], ["c"], ["d"], ["e"], ["f"]]),
        Row(testDescription: "a pipe over lines", text: "a |\n  b &&\n c", words: [["a"], ["b"], ["c"]]),
        Row(
            testDescription: "commands in commands", text: #"X=$(aws a b) c "$(d "$(e)" f)""#,
            words: [["aws", "a", "b"], ["e"], ["d", "$(e)", "f"], ["c", #"$(d "$(e)" f)"#]]),
        Row(testDescription: "backticks", text: "a `b c`", words: [["b", "c"], ["a", "`b c`"]]),
        Row(
            testDescription: "what leads to commands", text: "if ! sudo A=b c; then d; fi",
            words: [["c"], ["d"], ["fi"]]),
        Row(testDescription: "redirections", text: "a >b 2>&1 <c >> d &> e f", words: [["a", "f"]]),
        Row(testDescription: "braces", text: "a ${B:-c d} e", words: [["a", "${B:-c d}", "e"]]),
        Row(
            testDescription: "arithmetic is no heredoc", text: "a $((1 << 2)) b\nc",
            words: [["a", "$((1 << 2))", "b"], ["c"]]),
        Row(
            testDescription: "over lines in quotes", text: "a '{\n \"b\": 1\n}' c\nd",
            words: [["a", "{\n \"b\": 1\n}", "c"], ["d"]]),
        Row(testDescription: "an apostrophe alone", text: "a don't\nb", words: [["a", "don't"], ["b"]]),
        Row(testDescription: "a quote that does not close", text: "a \"b\nc", words: [["a", "\"b"], ["c"]]),
        Row(testDescription: "brackets that do not close", text: "a $(b\nc", words: [["a", "$"], ["b"], ["c"]]),
        Row(testDescription: "a heredoc that does not end", text: "cat << X\nb c", words: [["cat"], ["b", "c"]]),
        Row(testDescription: "NUL", text: "a\0b c", words: [["a\0b", "c"]]),
        Row(
            testDescription: "the ends of lines of Windows", text: "a \\\r\n  b\r\nc\r\n", words: [["a", "b"], ["c"]]),
        Row(testDescription: "a backslash at the very end", text: "a \\", words: [["a", "\\"]]),
    ])
    func readsCommands(_ row: Row) { #expect(words(row.text) == row.words) }

    @Test func assignments() {
        let commands = read("A=1 export B=$(c) D\nfor e in x; do read -r f; done")[0].script.commands
        #expect(commands.flatMap { $0.assignments.map(\.name) } == ["A", "B"])
        #expect(commands.flatMap(\.otherNames) == ["e", "f"])
        #expect(commands.first { $0.words.first?.text == "c" }?.assignee == "B")
    }

    @Test func heredocs() {
        let (block, script) = read("cat > a.txt << 'E' && b\n$x\nE\ntee c.txt <<- F | d\n\tz\n\tF\ng")[0]
        #expect(script.heredocs.map(\.file) == ["a.txt", "c.txt"])
        #expect(script.heredocs.map(\.isQuoted) == [true, false])
        #expect(script.heredocs.map { block.bytes.text($0.body) } == ["$x\n", "\tz\n"])
        #expect(script.commands.map { $0.words[0].text } == ["cat", "b", "tee", "d", "g"])
        #expect(script.uses.isEmpty)
    }

    @Test func anIndentedEndIsNoneForTheShell() {
        let script = read("cat > a << E\nx\n  E\nb")[0].script
        #expect(script.heredocs.map(\.isTerminatorIndented) == [true])
        #expect(script.commands.count == 2)
    }

    @Test func proseIsPassedOver() {
        let text = """
            Don't worry, it's easy. First you need a bucket:

            aws s3 mb s3://b
            make_bucket: b
            Then you're done.
            """
        #expect(words(text, isTutorial: true) == [["aws", "s3", "mb", "s3://b"]])
    }

    @Test func whatACommandAnswersIsPassedOver() {
        #expect(
            words("```console\n$ aws a b \\\n    c\naws: no such thing\n$ d\n```\n", isTutorial: true) == [
                ["aws", "a", "b", "c"], ["d"],
            ])
    }

    @Test func fencesInAList() {
        let text =
            "1. Do this:\n\n   ```bash\n   cat > a << E\n     x\n   E\n   b\n   ```\n\naws is good.\n\n```json\n{}\n```\n"
        let passages = read(text, isTutorial: true)
        #expect(passages.map(\.block.kind) == [.shell(isStrict: true), .document])
        let (block, script) = passages[0]
        #expect(script.heredocs.map { block.bytes.text($0.body) } == ["  x\n"])
        #expect(script.heredocs.map(\.isTerminatorIndented) == [false])
        #expect(script.commands.map { $0.words[0].text } == ["cat", "b"])
    }

    @Test func tornWords() {
        let tears = read("a role/\\\nb c \\\n d e/\\\n  f\ncat << E\ng:\\\nh\nE")[0].script.tears
        #expect(tears.map(\.isIndented) == [false, true, false])
    }

    struct Call: Sendable {
        let text: String
        let name: String
        var options: [String: [String]] = [:]
        var arguments: [String] = []
    }

    @Test(arguments: [
        Call(
            text: "aws s3 cp --recursive a b --sse AES256", name: "aws s3 cp",
            options: ["recursive": [], "sse": ["AES256"]], arguments: ["a", "b"]),
        Call(text: "aws --region r s3api a --b=c", name: "aws s3api a", options: ["region": ["r"], "b": ["c"]]),
        Call(
            text: "aws x y --tags A=1 B=2 --region r out", name: "aws x y",
            options: ["tags": ["A=1", "B=2"], "region": ["r"]], arguments: ["out"]),
        Call(
            text: "/usr/bin/aws logs tail /g --follow", name: "aws logs tail", options: ["follow": []],
            arguments: ["/g"]),
    ])
    func callsOfTheCLI(_ row: Call) throws {
        let call = try #require(read(row.text)[0].script.commands.lazy.compactMap { AWSCall($0) }.first)
        #expect(call.name == row.name)
        #expect(Dictionary(uniqueKeysWithValues: call.options.map { ($0.key, $0.values.map(\.text)) }) == row.options)
        #expect(call.arguments.map(\.text) == row.arguments)
    }

    struct Nasty: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String

        init(_ description: String, _ text: String, times: Int = 1) {
            testDescription = description
            self.text = String(repeating: text, count: times)
        }
    }

    /// Each of these would take minutes if anything in it were looked at again and again.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [
            Nasty("ten megabytes on one line", "aws s3 rb s3://" + String(repeating: "a", count: 10 << 20)),
            Nasty("a word of a megabyte", "aws s3 rb s3://" + String(repeating: "a", count: 1 << 20)),
            Nasty("quotes that never close", "\"$(", times: 40_000),
            Nasty("a tick here and there", "a `b ", times: 40_000), Nasty("apostrophes", "don't\n", times: 20_000),
            Nasty("braces that never close", "echo ${", times: 20_000),
            Nasty("files that never end", (0..<20_000).map { "cat << E\($0)\n" }.joined()),
            Nasty("files that all end at once", String(repeating: "cat << E\n", count: 20_000) + " E\n"),
            Nasty(
                "commands in commands",
                "echo " + String(repeating: "$(", count: 20_000) + String(repeating: ")", count: 20_000)),
            Nasty("brackets", "(", times: 100_000), Nasty("lines that all go on", "\\\n", times: 100_000),
        ])
    func readsEveryLetterAFewTimes(_ row: Nasty) { _ = words(row.text) }
}
