/// E12: what a recipe makes under a fixed name and its clean-up leaves behind.
enum CleanupRule {
    /// How something is made, and how it is deleted. Only what nothing else has to be deleted for first.
    private struct Pair {
        let service: String
        let creation: String
        let name: String
        let deletion: String
        var extra = ""
        var deletedName: String?
    }

    private static let pairs = [
        Pair(service: "logs", creation: "create-log-group", name: "log-group-name", deletion: "delete-log-group"),
        Pair(service: "logs", creation: "put-resource-policy", name: "policy-name", deletion: "delete-resource-policy"),
        Pair(
            service: "ecr", creation: "create-repository", name: "repository-name", deletion: "delete-repository",
            extra: " --force"),
        Pair(service: "sagemaker", creation: "create-model", name: "model-name", deletion: "delete-model"),
        Pair(
            service: "sagemaker", creation: "create-endpoint-config", name: "endpoint-config-name",
            deletion: "delete-endpoint-config"),
        Pair(
            service: "cloudwatch", creation: "put-metric-alarm", name: "alarm-name", deletion: "delete-alarms",
            deletedName: "alarm-names"),
        Pair(
            service: "cloudwatch", creation: "put-dashboard", name: "dashboard-name", deletion: "delete-dashboards",
            deletedName: "dashboard-names"),
    ]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        // Without a clean-up nobody promised one.
        guard let last = walk.calls({ isDeletion($0) }).last else { return [] }
        return components(walk, last.step) + pairs.flatMap { leftovers($0, walk, last.step) }
    }

    private static func isDeletion(_ call: AWSCall) -> Bool {
        call.operation.text.hasPrefix("delete-") && call.service.text != "s3api" || call.is("s3", "rb")
    }

    private static func leftovers(_ pair: Pair, _ walk: Walkthrough, _ end: Walkthrough.Step) -> [ClinicFinding] {
        let deleted = Set(
            walk.calls(pair.service, pair.deletion).flatMap {
                $0.call.option(pair.deletedName ?? pair.name)?.values ?? []
            }
            .map { Walkthrough.plain($0.text) })
        return walk.calls(pair.service, pair.creation).compactMap { _, step, call in
            guard let name = call.value(pair.name), !deleted.contains(Walkthrough.plain(name.text)) else { return nil }
            let raw = walk.block(step).bytes.text(name.range)
            let option = "--\(pair.deletedName ?? pair.name)"
            return finding(
                name.text, step, "aws \(pair.service) \(pair.deletion) \(option) \(raw)\(pair.extra)", end, walk)
        }
    }

    private static func components(_ walk: Walkthrough, _ end: Walkthrough.Step) -> [ClinicFinding] {
        let deleted = walk.calls("greengrassv2", "delete-component").compactMap { $0.call.value("arn")?.text }
        return walk.calls("greengrassv2", "create-component-version").compactMap { _, step, call in
            guard let file = walk.file(call.value("inline-recipe")),
                let recipe = walk.documents.last(where: { $0.path == file.path })?.recipe
            else { return nil }
            let name = "components:\(recipe.name):versions:\(recipe.version)"
            guard !deleted.contains(where: { $0.hasSuffix(name) }) else { return nil }
            let line =
                "aws greengrassv2 delete-component --arn \"arn:aws:greengrass:\(walk.region):\(walk.account):\(name)\""
            return finding("\(recipe.name) \(recipe.version)", step, line, end, walk)
        }
    }

    private static func finding(
        _ name: String, _ step: Walkthrough.Step, _ line: String, _ end: Walkthrough.Step, _ walk: Walkthrough
    ) -> ClinicFinding {
        walk.finding(
            .warning, "leftover", ["E12"], at: step.command.range.lowerBound, of: step.passage,
            "\(name) is made here, and the clean-up leaves it",
            "following the recipe a second time ends in a conflict over the name",
            advice: "delete it too", edits: [walk.insertion([line], after: end)])
    }
}
