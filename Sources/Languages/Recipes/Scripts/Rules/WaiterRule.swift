/// T11: waiters that look every half minute.
enum WaiterRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.calls("sagemaker", "wait").map { _, step, call in
            walk.finding(
                .note, "waiter", ["T11"], at: step.command.range.lowerBound, of: step.passage,
                "`aws sagemaker wait` looks every 30 seconds",
                "it takes minutes on AWS, and up to an hour before it gives up",
                advice: "nothing to change; let no time limit of yours be shorter")
        }
    }
}
