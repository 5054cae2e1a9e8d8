/// E1, E11: the role whose credentials devices are given.
enum ExchangeRoleRule {
    /// The device software makes this policy in the account when it is installed; AWS has none of the name.
    private static let policy = "GreengrassV2TokenExchangeRoleAccess"
    private static let managed = "arn:aws:iam::aws:policy/\(policy)"
    /// What it allows: logs, and where a bucket is.
    private static let usual = [
        "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams",
        "s3:GetBucketLocation",
    ]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] { unknownPolicies(walk) + weakRoles(walk) }

    // MARK: A managed policy that is none

    private static func unknownPolicies(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.calls("iam", "attach-role-policy", "detach-role-policy").compactMap { _, step, call in
            guard let word = call.value("policy-arn"), word.text == managed else { return nil }
            let isAttached = call.operation.text == "attach-role-policy"
            return walk.finding(
                .error, "managed-policy", ["E1"], at: word.range.lowerBound, of: step.passage,
                "AWS has no managed policy \(policy): the device software's installer makes one in the account (\(call.operation.text))",
                "NoSuchEntity, unless an installer has run in this account or the server ships the policy",
                advice: isAttached
                    ? "make it in the account, and attach that one" : "detach the account's own, and delete it",
                edits: isAttached
                    ? attachment(word, step, call, walk)
                    : [
                        walk.edit(word, of: step, own(walk)),
                        walk.insertion(["aws iam delete-policy --policy-arn \(own(walk))"], after: step),
                    ])
        }
    }

    private static func own(_ walk: Walkthrough) -> String { "arn:aws:iam::\(walk.account):policy/\(policy)" }

    private static func attachment(
        _ word: ShellWord, _ step: Walkthrough.Step, _ call: AWSCall, _ walk: Walkthrough
    ) -> [TextEdit] {
        let actions = usual + needs(walk).map(\.action)
        return [
            walk.insertion(creation(policy, actions), before: step), walk.edit(word, of: step, own(walk)),
        ]
    }

    private static func creation(_ name: String, _ actions: [String]) -> [String] {
        [
            "aws iam create-policy --policy-name \(name) \\",
            "    --policy-document '\(PolicyText.allowing(actions, on: "*"))'",
        ]
    }

    // MARK: A role that may not do what its components do

    private struct Need {
        let action: String
        let reason: String
    }

    private static func needs(_ walk: Walkthrough) -> [Need] {
        var needs: [Need] = []
        let artifacts = walk.documents.flatMap(\.recipe.manifests).flatMap(\.artifacts)
        let isFetching = artifacts.contains { if case .s3 = $0.source { true } else { false } }
        if walk.documents.isEmpty || isFetching {
            needs.append(Need(action: "s3:GetObject", reason: "components fetch their artifacts from S3"))
        }
        if let program = walk.programs.first(where: { walk.has("put_events(", $0) }) {
            needs.append(Need(action: "events:PutEvents", reason: "\(program.name) puts events"))
        }
        return needs
    }

    private static func weakRoles(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.calls("iam", "create-role").compactMap { _, step, call in
            guard let role = call.value("role-name"), isForDevices(call, walk), let granted = granted(role, walk) else {
                return nil
            }
            let missing = needs(walk).filter { !allows(granted, $0.action) }
            guard !missing.isEmpty else { return nil }
            let actions = missing.map(\.action).joined(separator: " and ")
            return walk.finding(
                .warning, "role-permissions", ["E11"], at: step.command.range.lowerBound, of: step.passage,
                "the devices' role \(role.text) may not \(actions): \(missing.map(\.reason).joined(separator: ", "))",
                "AccessDenied on the device as soon as policies are enforced",
                advice: "allow \(actions)", edits: grant(missing.map(\.action), role, step, walk))
        }
    }

    private static func isForDevices(_ call: AWSCall, _ walk: Walkthrough) -> Bool {
        let document = call.value("assume-role-policy-document")
        let text = walk.file(document).map { String(decoding: $0.content, as: UTF8.self) } ?? document?.text ?? ""
        return text.contains("credentials.iot.amazonaws.com")
    }

    /// All that policies of the role say, as text; nil when one of them is not at hand.
    private static func granted(_ role: ShellWord, _ walk: Walkthrough) -> String? {
        var texts = usual
        for (_, _, call) in walk.calls("iam", "put-role-policy") where call.value("role-name")?.text == role.text {
            texts.append(document(call, walk))
        }
        for (_, _, call) in walk.calls("iam", "attach-role-policy") where call.value("role-name")?.text == role.text {
            guard let arn = call.value("policy-arn")?.text, arn != managed else { continue }
            let made = walk.calls("iam", "create-policy").first { made in
                made.call.value("policy-name").map { arn.hasSuffix("/\($0.text)") } ?? false
            }
            guard let made else { return nil }
            texts.append(document(made.call, walk))
        }
        return texts.joined(separator: "\n")
    }

    private static func document(_ call: AWSCall, _ walk: Walkthrough) -> String {
        let word = call.value("policy-document")
        return walk.file(word).map { String(decoding: $0.content, as: UTF8.self) } ?? word?.text ?? ""
    }

    private static func allows(_ granted: String, _ action: String) -> Bool {
        let parts = action.split(separator: ":").map(String.init)
        let verb = parts[1].prefix(3)
        return [action, "\(parts[0]):*", "\(parts[0]):\(verb)*", "\"Action\":\"*\"", "\"Action\": \"*\""].contains {
            granted.contains($0)
        }
    }

    /// With the policy that has to be made anyway, or with one more.
    private static func grant(
        _ actions: [String], _ role: ShellWord, _ step: Walkthrough.Step, _ walk: Walkthrough
    ) -> [TextEdit] {
        let attached = walk.calls("iam", "attach-role-policy").first {
            $0.call.value("role-name")?.text == role.text && $0.call.value("policy-arn")?.text == managed
        }
        if let attached, let word = attached.call.value("policy-arn") {
            return attachment(word, attached.step, attached.call, walk)
        }
        let name = "GreengrassDeviceAccess"
        let arn = "arn:aws:iam::\(walk.account):policy/\(name)"
        let attachment = "aws iam attach-role-policy --role-name \(role.text) --policy-arn \(arn)"
        var edits = [walk.insertion(creation(name, actions) + [attachment], after: step)]
        if let end = walk.calls("iam", "delete-role").first(where: { $0.call.value("role-name")?.text == role.text }) {
            let lines = [
                "aws iam detach-role-policy --role-name \(role.text) --policy-arn \(arn)",
                "aws iam delete-policy --policy-arn \(arn)",
            ]
            edits.append(walk.insertion(lines, before: end.step))
        }
        return edits
    }
}
