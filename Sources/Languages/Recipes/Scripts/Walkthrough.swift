internal import Core

/// Everything that is given to the doctor together, in its order: one reader follows all of it in one shell, against
/// one account.
struct Walkthrough: Sendable {
    /// A part of a text, and what the shell finds in it.
    struct Passage: Sendable {
        let block: ScriptBlock
        let script: ShellScript
    }

    /// A command in its passage.
    struct Step: Sendable {
        let passage: Int
        let command: ShellCommand
        let call: AWSCall?
    }

    /// A file that a script writes out of itself.
    struct WrittenFile: Sendable {
        let passage: Int
        let path: String
        /// Where its content stands in the block.
        let body: Range<Int>
        let isQuoted: Bool
        let content: [UInt8]
        /// The last name of its path.
        var name: String { path.split(separator: "/").last.map(String.init) ?? path }
    }

    let papers: [ScriptText]
    let passages: [Passage]
    let steps: [Step]
    let files: [WrittenFile]
    let documents: [RecipeDocument]
    /// The major version of the AWS CLI that the reader has, if it is known.
    let cli: Int?

    init(_ papers: [ClinicPaper], cli: Int?) {
        self.cli = cli
        self.papers = papers.map { ScriptText($0.bytes) }
        var passages: [Passage] = []
        for (index, paper) in papers.enumerated() {
            for block in Self.blocks(of: paper, self.papers[index], index) {
                passages.append(Passage(block: block, script: ShellReader.read(block)))
            }
        }
        self.passages = passages
        steps = passages.enumerated().flatMap { index, passage in
            passage.script.commands.map { Step(passage: index, command: $0, call: AWSCall($0)) }
        }
        files = passages.enumerated().flatMap { index, passage in Self.files(passage, index) }
        documents = RecipeDocument.all(papers, passages: passages, files: files)
    }

    private static func blocks(of paper: ClinicPaper, _ text: ScriptText, _ index: Int) -> [ScriptBlock] {
        guard paper.kind == .recipe else { return FenceReader.blocks(text, paper: index) }
        return [ScriptBlock(text, paper: index, kind: .document, lines: 0..<text.lines.starts.count)]
    }

    private static func files(_ passage: Passage, _ index: Int) -> [WrittenFile] {
        var contents: [String: [UInt8]] = [:]
        return passage.script.heredocs.compactMap { heredoc in
            guard let path = heredoc.file, !heredoc.terminator.isEmpty else { return nil }
            let raw = passage.block.bytes[heredoc.body]
            let content = heredoc.isQuoted ? Array(raw) : HeredocText(files: contents).filled(raw)
            contents[path] = content
            return WrittenFile(
                passage: index, path: path, body: heredoc.body, isQuoted: heredoc.isQuoted, content: content)
        }
    }
}

// MARK: Asking

extension Walkthrough {
    /// Calls of the AWS CLI with the steps they are.
    func calls(_ service: String, _ operations: String...) -> [(index: Int, step: Step, call: AWSCall)] {
        calls { $0.service.text == service && operations.contains($0.operation.text) }
    }

    func calls(_ isWanted: (AWSCall) -> Bool) -> [(index: Int, step: Step, call: AWSCall)] {
        steps.indices.compactMap { index in
            steps[index].call.flatMap { isWanted($0) ? (index, steps[index], $0) : nil }
        }
    }

    func block(_ step: Step) -> ScriptBlock { passages[step.passage].block }
    func statement(_ step: Step) -> Range<Int> { passages[step.passage].script.statements[step.command.statement] }

    /// The file that `file://NAME` means, if a script here writes it.
    func file(_ word: ShellWord?) -> WrittenFile? {
        guard let text = word?.text else { return nil }
        let path = ["file://", "fileb://"].first(where: text.hasPrefix).map { text.dropFirst($0.count) } ?? text[...]
        let name = path.split(separator: "/").last ?? path
        return files.last { $0.path == path } ?? files.last { $0.name == name }
    }

    /// The variable that holds the account's number, or the command that asks for it.
    var account: String { variable("ACCOUNT") ?? "$(aws sts get-caller-identity --query Account --output text)" }
    var region: String { variable("REGION") ?? "$(aws configure get region)" }

    private func variable(_ word: String) -> String? {
        let given = steps.lazy.flatMap(\.command.assignments).first {
            $0.name.hasPrefix("AWS_") && $0.name.contains(word)
        }
        let name = given?.name ?? passages.lazy.flatMap(\.script.uses).first { $0.name.contains(word) }?.name
        return name.map { "${\($0)}" }
    }

    /// A word as another may spell it: `${X}` is `$X`.
    static func plain(_ text: String) -> String { text.filter { $0 != "{" && $0 != "}" && $0 != "\"" } }
}

// MARK: Answering

extension Walkthrough {
    /// A finding at a place of a passage.
    func finding(
        _ level: RecipeFinding.Level, _ rule: String, _ ids: [String], at offset: Int, of passage: Int,
        _ message: String, _ consequence: String, advice: String, correction: [String] = [], edits: [TextEdit] = []
    ) -> ClinicFinding {
        let block = passages[passage].block
        let line = papers[block.paper].lines.line(at: block.origin(offset)) + 1
        return ClinicFinding(
            level: level, rule: rule, ids: ids, paper: block.paper, line: line, message: message,
            consequence: consequence, advice: advice, correction: correction, edits: edits)
    }

    func edit(_ word: ShellWord, of step: Step, _ replacement: String) -> TextEdit {
        block(step).edit(word.range, replacement)
    }

    /// New lines in front of the line that a command is on, and of what is said about it there.
    func insertion(_ lines: [String], before step: Step) -> TextEdit {
        let block = block(step)
        let start = statement(step).lowerBound
        return block.insertion(lines, before: Self.commentStart(block, start))
    }

    /// New lines behind the line that a command is on, with all that goes on behind it.
    func insertion(_ lines: [String], after step: Step) -> TextEdit {
        let block = block(step)
        let statement = statement(step)
        let last = block.edit(statement.upperBound..<statement.upperBound, "").range
        let margin = block.insertion(lines, after: statement.lowerBound).replacement
        return TextEdit(paper: block.paper, range: last, replacement: margin)
    }

    /// Where the comments begin that stand directly above a line.
    static func commentStart(_ block: ScriptBlock, _ offset: Int) -> Int {
        var line = block.lines.line(at: offset)
        while line > 0 {
            let above = block.bytes[block.range(ofLine: line - 1)].drop { $0.isBlank }
            guard above.first == UInt8(ascii: "#"), !above.starts(with: "#!".utf8) else { break }
            line -= 1
        }
        // What stands at the head of a file is about all of it.
        let isHead = line == 0 || line == 1 && block.bytes.starts(with: "#!".utf8)
        let own = block.lines.line(at: offset)
        return block.lines.starts[isHead ? max(line, own - 1) : line]
    }
}
