/// E3: binary members, which version 2 of the CLI takes for base64 when they come from `file://`.
enum BlobRule {
    private static let blobs: [(service: String, operations: Set<String>, options: Set<String>)] = [
        ("greengrassv2", ["create-component-version"], ["inline-recipe"]),
        ("lambda", ["create-function", "update-function-code", "publish-layer-version"], ["zip-file"]),
        ("lambda", ["invoke"], ["payload"]), ("sagemaker-runtime", ["invoke-endpoint"], ["body"]),
        ("bedrock-runtime", ["invoke-model"], ["body"]), ("kinesis", ["put-record"], ["data"]),
        ("kms", ["encrypt"], ["plaintext"]), ("kms", ["decrypt"], ["ciphertext-blob"]),
        ("iot-data", ["publish"], ["payload"]),
        ("secretsmanager", ["create-secret", "put-secret-value", "update-secret"], ["secret-binary"]),
        ("acm", ["import-certificate"], ["certificate", "private-key", "certificate-chain"]),
    ]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        guard walk.cli != 1, !isSetAnyway(walk) else { return [] }
        return walk.calls { $0.option("cli-binary-format") == nil }.flatMap { _, step, call in
            let options = blobs.filter {
                $0.service == call.service.text && $0.operations.contains(call.operation.text)
            }
            .reduce(into: Set<String>()) { $0.formUnion($1.options) }
            return call.options.filter { options.contains($0.key) }.compactMap { finding($0, call, step, walk) }
        }
    }

    /// `aws configure set cli_binary_format raw-in-base64-out`.
    private static func isSetAnyway(_ walk: Walkthrough) -> Bool {
        walk.calls("configure", "set").contains {
            $0.call.arguments.first?.text.hasSuffix("cli_binary_format") ?? false
        }
    }

    private static func finding(
        _ option: AWSCall.Option, _ call: AWSCall, _ step: Walkthrough.Step, _ walk: Walkthrough
    ) -> ClinicFinding? {
        let block = walk.block(step)
        guard let word = option.values.first, word.text.hasPrefix("file://"),
            let place = block.bytes.range(of: "file://", in: word.range)
        else { return nil }
        let ids = option.key == "inline-recipe" ? ["E3", "X4", "X5"] : ["E3"]
        return walk.finding(
            .error, "file-blob", ids, at: place.lowerBound, of: step.passage,
            "version 2 of the CLI takes \(word.text) for base64 and decodes it (--\(option.key))",
            "`Invalid base64`, or, where the letters happen to fit, garbage is sent",
            advice: "write fileb://, which both versions send as it is", edits: [block.edit(place, "fileb://")])
    }
}
