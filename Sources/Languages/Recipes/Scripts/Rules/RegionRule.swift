/// P1: the region is taken from a file that need not be there.
enum RegionRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.calls("configure", "get").compactMap { _, step, call in
            guard call.arguments.first?.text == "region", let name = step.command.assignee, step.command.after != .or,
                let assignment = assignment(name, around: step, walk)
            else { return nil }
            let usual = name == "AWS_REGION" || name == "AWS_DEFAULT_REGION"
            let given = usual ? "${AWS_REGION:-${AWS_DEFAULT_REGION:-" : "${\(name):-"
            let value = "\(given)$(aws configure get region || echo us-east-1)\(usual ? "}}" : "}")"
            let block = walk.block(step)
            return walk.finding(
                .warning, "region", ["P1"], at: assignment.range.lowerBound, of: step.passage,
                "`aws configure get region` reads the configuration file alone, not the environment",
                "without that file \(name) becomes empty, and whatever is given `--region` fails; version 1 of the CLI looks for AWS_DEFAULT_REGION only",
                advice: "keep a region that is given, and name one for when none is",
                edits: [
                    block.edit(assignment.range, "\(name)=\(value)")
                ] + (usual ? [walk.insertion([both(name)], after: step)] : []))
        }
    }

    /// Each version of the CLI looks for another of the two names.
    private static func both(_ name: String) -> String {
        let other = name == "AWS_REGION" ? "AWS_DEFAULT_REGION" : "AWS_REGION"
        return "export \(name) \(other)=$\(name)"
    }

    private static func assignment(_ name: String, around step: Walkthrough.Step, _ walk: Walkthrough)
        -> ShellCommand.Assignment?
    {
        walk.steps.lazy.filter { $0.passage == step.passage && $0.command.statement == step.command.statement }
            .flatMap(\.command.assignments).first {
                $0.name == name && $0.range.lowerBound < step.command.range.lowerBound
                    && $0.range.upperBound > step.command.range.upperBound
            }
    }
}
