/// E4: a command that version 1 of the CLI does not have, and that never ends.
enum LogsTailRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.calls("logs", "tail").compactMap { _, step, call in
            guard let group = call.arguments.first, walk.cli != 2 || call.option("follow") != nil else { return nil }
            let block = walk.block(step)
            let line =
                "aws logs filter-log-events --log-group-name \(block.bytes.text(group.range)) --query 'events[].message' --output text"
            let isError = walk.cli == 1
            return walk.finding(
                isError ? .error : .note, "logs-tail", ["E4", "X3"], at: step.command.range.lowerBound,
                of: step.passage,
                "`aws logs tail` is in version 2 of the CLI only",
                call.option("follow") == nil
                    ? "version 1 does not know the command"
                    : "version 1 does not know the command; version 2 follows until somebody interrupts it",
                advice: "with version 1, or in a script that is to end, ask for what is there (--cli 1 writes it so)",
                correction: [line], edits: isError ? [block.edit(step.command.range, line)] : [])
        }
    }
}
