/// H2: options of `aws s3` that have another name than those of the API.
enum OptionRule {
    private static let commands: Set<String> = ["cp", "mv", "sync"]
    private static let names = [
        "server-side-encryption": "sse", "sse-algorithm": "sse", "ssekms-key-id": "sse-kms-key-id",
        "sse-customer-algorithm": "sse-c", "sse-customer-key": "sse-c-key",
        "ssekms-encryption-context": "sse-kms-encryption-context",
        "key-id": "sse-kms-key-id",
    ]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.calls { $0.service.text == "s3" && commands.contains($0.operation.text) }.flatMap { _, step, call in
            call.options.compactMap { option in
                guard let name = names[option.key] else { return nil }
                let source = call.arguments.first?.text ?? "the file"
                return walk.finding(
                    .error, "option", ["H2", "X2"], at: option.name.range.lowerBound, of: step.passage,
                    "\(call.name) does not know --\(option.key): there it is called --\(name)",
                    "the CLI ends with `Unknown options`, and \(source) is never copied",
                    advice: "write --\(name)", edits: [edit(option, name, step, walk)])
            }
        }
    }

    /// The name alone: a value behind `=` stays.
    private static func edit(
        _ option: AWSCall.Option, _ name: String, _ step: Walkthrough.Step, _ walk: Walkthrough
    ) -> TextEdit {
        let start = option.name.range.lowerBound
        return walk.block(step).edit(start..<start + option.key.utf8.count + 2, "--\(name)")
    }
}
