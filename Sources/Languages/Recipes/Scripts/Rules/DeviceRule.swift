/// E10, T9: devices that are announced and never set up.
enum DeviceRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        things(walk) + connectivity(walk)
    }

    // MARK: No certificate

    private static func things(_ walk: Walkthrough) -> [ClinicFinding] {
        let isInstalled = walk.steps.contains { step in
            step.command.words.contains { $0.text.hasSuffix("Greengrass.jar") || $0.text == "lineside" }
        }
        guard isForGreengrass(walk), !isInstalled else { return [] }
        let done = Set(walk.calls { $0.service.text == "iot" }.map(\.call.operation.text))
        let missing = ["create-keys-and-certificate", "attach-policy", "attach-thing-principal"].filter {
            !done.contains($0)
        }
        guard missing.contains("create-keys-and-certificate") else { return [] }
        return walk.calls("iot", "create-thing").compactMap { _, step, call in
            guard let name = call.value("thing-name")?.text else { return nil }
            return walk.finding(
                .note, "device", ["E10", "T6"], at: step.command.range.lowerBound, of: step.passage,
                "the thing \(name) gets no certificate (\(missing.joined(separator: ", "))), and no device software is installed",
                "nobody can connect as it: a deployment to it stays ACTIVE for ever",
                advice:
                    "provision the device: with these lines and the device software's installer, or with `lineside node join`",
                correction: provisioning(name, walk))
        }
    }

    private static func isForGreengrass(_ walk: Walkthrough) -> Bool {
        !walk.calls { $0.service.text == "greengrassv2" }.isEmpty
            || walk.files.contains { String(decoding: $0.content, as: UTF8.self).contains("aws.greengrass.Nucleus") }
    }

    private static func provisioning(_ name: String, _ walk: Walkthrough) -> [String] {
        let policy = walk.calls("iot", "create-policy").first?.call.value("policy-name")?.text ?? "POLICY"
        return [
            "CERTIFICATE_ARN=$(aws iot create-keys-and-certificate --set-as-active --certificate-pem-outfile cert.pem \\",
            "    --private-key-outfile private.key --query certificateArn --output text)",
            "aws iot attach-policy --policy-name \(policy) --target \"$CERTIFICATE_ARN\"",
            "aws iot attach-thing-principal --thing-name \(name) --principal \"$CERTIFICATE_ARN\"",
        ]
    }

    // MARK: Attributes for connectivity

    private static func connectivity(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.calls("iot", "describe-thing").compactMap { _, step, call in
            guard call.value("query")?.text.hasPrefix("attributes") == true, let name = call.value("thing-name") else {
                return nil
            }
            return walk.finding(
                .note, "connectivity", ["T9"], at: step.command.range.lowerBound, of: step.passage,
                "describe-thing shows what was written about the thing, not whether it is connected",
                "it looks the same with the device switched off", advice: "ask for the state of the core device",
                correction: [
                    "aws greengrassv2 get-core-device --core-device-thing-name \(walk.block(step).bytes.text(name.range)) --query status --output text"
                ])
        }
    }
}
