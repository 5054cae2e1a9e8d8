/// H3: a file that a call writes only when it succeeds, read after a call that is meant to fail.
enum OutputFileRule {
    private static let writers: Set<String> = [
        "sagemaker-runtime invoke-endpoint", "bedrock-runtime invoke-model", "s3api get-object",
    ]
    private static let readers: Set<String> = ["cat", "jq", "head", "tail", "less", "python", "python3"]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.calls { writers.contains("\($0.service.text) \($0.operation.text)") }.compactMap { index, step, call in
            guard step.command.after == .or, let file = call.outputFile?.text,
                let reader = walk.steps[(index + 1)...].first(where: { reads($0, file) && !isGuarded($0, file, walk) }),
                // A later call that succeeds writes it after all.
                reader.passage == step.passage
            else { return nil }
            return walk.finding(
                .error, "missing-output", ["H3", "X6"], at: reader.command.range.lowerBound, of: reader.passage,
                "\(call.name) writes \(file) only when it succeeds, and here it is meant to fail",
                "the file is not there, and what reads it fails in its turn",
                advice: "read it only if it is there; the answer to the bad request is in the CLI's error message",
                edits: guardEdits(reader, file, walk))
        }
    }

    private static func reads(_ step: Walkthrough.Step, _ file: String) -> Bool {
        guard let program = step.command.program, readers.contains(program) else { return false }
        return step.command.words.dropFirst().contains { $0.text == file }
            || step.command.redirects.contains { $0.way == .input && $0.target.text == file }
    }

    private static func isGuarded(_ step: Walkthrough.Step, _ file: String, _ walk: Walkthrough) -> Bool {
        walk.steps.contains { other in
            other.passage == step.passage && other.command.statement == step.command.statement
                && ["test", "[", "[["].contains(other.command.program)
                && other.command.words.contains { $0.text == file }
        }
    }

    /// Only where the reader begins its line: elsewhere the test would mean something else.
    private static func guardEdits(_ step: Walkthrough.Step, _ file: String, _ walk: Walkthrough) -> [TextEdit] {
        guard step.command.depth == 0, step.command.before == .line else { return [] }
        let start = step.command.range.lowerBound
        return [walk.block(step).edit(start..<start, "test ! -s \(file) || ")]
    }
}
