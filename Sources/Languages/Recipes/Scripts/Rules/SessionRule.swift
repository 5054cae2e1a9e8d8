/// P2: variables that only the reader's own shell carries from one step to the next.
enum SessionRule {
    /// What every shell has, or the AWS CLI takes from whoever starts it.
    private static let given: Set<String> = [
        "HOME", "PATH", "PWD", "OLDPWD", "USER", "SHELL", "TMPDIR", "HOSTNAME", "RANDOM", "LANG", "UID", "EUID",
        "SECONDS",
        "LINENO", "IFS", "AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_ENDPOINT_URL",
        "BASH_SOURCE", "EDITOR",
    ]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.papers.indices.compactMap { finding($0, walk) }
    }

    private struct Loan {
        let name: String
        let passage: Int
        let offset: Int
    }

    private static func finding(_ paper: Int, _ walk: Walkthrough) -> ClinicFinding? {
        var loans: [Loan] = []
        var seen: Set<String> = []
        for (index, passage) in walk.passages.enumerated() where passage.block.paper == paper {
            let own = names(passage)
            for use in passage.script.uses
            where !use.hasDefault && !own.contains(use.name) && !given.contains(use.name)
                && seen.insert(use.name).inserted
            {
                loans.append(Loan(name: use.name, passage: index, offset: use.offset))
            }
        }
        guard let first = loans.first else { return nil }
        let shown = loans.prefix(6).map { "$\($0.name)" }.joined(separator: ", ") + (loans.count > 6 ? " and more" : "")
        return walk.finding(
            .note, "session", ["P2"], at: first.offset, of: first.passage,
            "\(shown): set in another step, or by nobody here",
            "a step that is run by itself finds them empty: variables live only in the shell that set them",
            advice: "run all steps in one shell, one after the other (`source` each of them)")
    }

    private static func names(_ passage: Walkthrough.Passage) -> Set<String> {
        Set(passage.script.commands.flatMap { $0.assignments.map(\.name) + $0.otherNames })
    }
}
