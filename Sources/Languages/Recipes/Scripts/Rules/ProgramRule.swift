/// E2 and PROVIDERS: Python programs that a script writes.
enum ProgramRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.programs.flatMap { program in
            let code = walk.code(program)
            return providers(program, code, walk) + imports(program, code, walk) + unused(program, walk)
        }
    }

    private static func providers(
        _ program: Walkthrough.WrittenProgram, _ code: PythonCode, _ walk: Walkthrough
    ) -> [ClinicFinding] {
        code.bareSessions.map { session in
            walk.finding(
                .error, "providers", ["PROVIDERS"], at: program.body.lowerBound + session.call, of: program.passage,
                "\(program.name) calls InferenceSession without providers", ProviderRule.consequence,
                advice: ProviderRule.advice,
                edits: [walk.edit(program, session.end..<session.end, session.addition)])
        }
    }

    private static func imports(
        _ program: Walkthrough.WrittenProgram, _ code: PythonCode, _ walk: Walkthrough
    ) -> [ClinicFinding] {
        let missing = code.missingImports
        guard let first = missing.first else { return [] }
        let lines = missing.map(\.line)
        let isRun = !program.isFile || isNamed(program, walk)
        return [
            walk.finding(
                isRun ? .error : .warning, "missing-import", ["E2", "T8"], at: program.body.lowerBound + first.use,
                of: program.passage, "\(program.name) lacks \(lines.map { "`\($0)`" }.joined(separator: " and "))",
                isRun ? "NameError as soon as it gets there" : "NameError, if anybody ever runs it",
                advice: "import what is used",
                edits: [
                    walk.edit(
                        program, code.importPlace..<code.importPlace, lines.map { "\($0)\n" }.joined())
                ])
        ]
    }

    private static func unused(_ program: Walkthrough.WrittenProgram, _ walk: Walkthrough) -> [ClinicFinding] {
        guard program.isFile, !isNamed(program, walk) else { return [] }
        return [
            walk.finding(
                .note, "never-run", ["E2", "T8"], at: program.body.lowerBound, of: program.passage,
                "\(program.name) is written, and nothing here runs it or copies it",
                "what it was to do is not done", advice: "run it (python3 \(program.name)), or leave it out")
        ]
    }

    /// Whether any command or file besides the one that writes it speaks of a program.
    private static func isNamed(_ program: Walkthrough.WrittenProgram, _ walk: Walkthrough) -> Bool {
        walk.steps.contains { step in
            step.command.program != "echo" && step.command.words.contains { $0.text.contains(program.name) }
        }
            || walk.files.contains { file in
                file.passage != program.passage || file.body != program.body
                    ? walk.passages[file.passage].block.bytes.range(of: program.name, in: file.body) != nil : false
            }
    }
}
