/// E9: EventBridge writes into a log group only if the group's side allows it.
enum LogTargetRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        guard walk.calls("logs", "put-resource-policy").isEmpty else { return [] }
        return walk.calls("events", "put-targets").compactMap { _, step, call in
            guard let arn = logGroup(call, walk) else { return nil }
            return walk.finding(
                .error, "log-target", ["E9"], at: step.command.range.lowerBound, of: step.passage,
                "nothing allows events.amazonaws.com to write into the log group of this target",
                "the target is accepted, and no event ever arrives there",
                advice: "put a resource policy of CloudWatch Logs first (the console does so by itself)",
                edits: [walk.insertion(policy(arn), before: step)])
        }
    }

    /// The address of a log group among the targets.
    private static func logGroup(_ call: AWSCall, _ walk: Walkthrough) -> String? {
        let words = call.option("targets")?.values ?? []
        let texts =
            words.map(\.text) + words.compactMap { walk.file($0) }.map { String(decoding: $0.content, as: UTF8.self) }
        for text in texts {
            guard let start = text.firstRange(of: "arn:aws:logs:")?.lowerBound else { continue }
            let arn = text[start...].prefix { !$0.isWhitespace && $0 != "," && $0 != "\"" && $0 != "'" && $0 != "]" }
            // Braces may close a structure, or a variable.
            let closed = arn.filter { $0 == "{" }.count < arn.filter { $0 == "}" }.count ? arn.dropLast() : arn
            return closed.hasSuffix(":*") ? String(closed.dropLast(2)) : String(closed)
        }
        return nil
    }

    private static func policy(_ arn: String) -> [String] {
        let text = PolicyText.allowing(
            ["logs:CreateLogStream", "logs:PutLogEvents"], on: "\(arn):*",
            services: ["events.amazonaws.com", "delivery.logs.amazonaws.com"])
        // In double quotes, for there are variables in the address.
        let quoted = text.map { $0 == "\"" ? "\\\"" : String($0) }.joined()
        return ["aws logs put-resource-policy --policy-name events-to-logs \\", "    --policy-document \"\(quoted)\""]
    }
}
