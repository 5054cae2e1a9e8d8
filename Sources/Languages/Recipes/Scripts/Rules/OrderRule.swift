/// H7: what scales an endpoint, taken away after the endpoint itself.
enum OrderRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        guard let deletion = walk.calls("sagemaker", "delete-endpoint").first else { return [] }
        return walk.calls("application-autoscaling", "deregister-scalable-target").compactMap { index, step, call in
            guard call.value("service-namespace")?.text == "sagemaker", index > deletion.index else { return nil }
            return walk.finding(
                .warning, "order", ["H7", "T12"], at: step.command.range.lowerBound, of: step.passage,
                "the scalable target is deregistered after its endpoint is deleted",
                "the target may be gone with the endpoint: ObjectNotFoundException",
                advice: "deregister it first", edits: move(step, before: deletion.step, walk))
        }
    }

    /// The whole of the statement with what is said about it, as far as both stand in one block and on lines of their
    /// own.
    private static func move(_ step: Walkthrough.Step, before other: Walkthrough.Step, _ walk: Walkthrough)
        -> [TextEdit]
    {
        let block = walk.block(step)
        let statement = walk.statement(step)
        guard step.passage == other.passage, step.command.depth == 0, other.command.depth == 0,
            step.command.statement != other.command.statement
        else { return [] }
        let start = Walkthrough.commentStart(block, statement.lowerBound)
        var end = min(block.bytes.count, statement.upperBound + 1)
        let text = block.bytes.text(start..<statement.upperBound)
        // One of the empty lines around it goes with it.
        if end < block.bytes.count, block.bytes[end] == .newline { end += 1 }
        let target = Walkthrough.commentStart(block, walk.statement(other).lowerBound)
        return [block.edit(start..<end, ""), block.edit(target..<target, text + "\n\n")]
    }
}
