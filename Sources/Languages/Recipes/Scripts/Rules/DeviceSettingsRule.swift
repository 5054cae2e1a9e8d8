/// E10: settings of the device software that do not say whom to connect to.
enum DeviceSettingsRule {
    /// Keys, and what the account calls the address that belongs there.
    private static let addresses = [
        ("iotDataEndpoint", "iot:Data-ATS"), ("iotCredEndpoint", "iot:CredentialProvider"),
    ]

    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.files.compactMap { file in
            let bytes = walk.passages[file.passage].block.bytes
            func has(_ word: String) -> Bool { bytes.range(of: word, in: file.body) != nil }
            guard has("aws.greengrass.Nucleus"), has("certificateFilePath"),
                let place = bytes.range(of: "system:", in: file.body)
            else { return nil }
            let missing = (["rootpath"] + addresses.map(\.0)).filter { !has($0) }
            guard !missing.isEmpty else { return nil }
            return walk.finding(
                .error, "device-settings", ["E10"], at: place.lowerBound, of: file.passage,
                "\(file.name) lacks \(missing.joined(separator: ", "))",
                "the device software does not know whom to connect to, and does not start",
                advice: "ask the account for its addresses", edits: file.isQuoted ? [] : completion(file, missing, walk)
            )
        }
    }

    private static func completion(
        _ file: Walkthrough.WrittenFile, _ missing: [String], _ walk: Walkthrough
    ) -> [TextEdit] {
        let block = walk.passages[file.passage].block
        let root = missing.contains("rootpath") ? ["rootpath: \"/greengrass/v2\""] : []
        let endpoints = addresses.filter { missing.contains($0.0) }.map { key, kind in
            "\(key): \"$(aws iot describe-endpoint --endpoint-type \(kind) --query endpointAddress --output text)\""
        }
        return [lines(root, below: "system:", file, block), lines(endpoints, below: "configuration:", file, block)]
            .compactMap(\.self)
    }

    /// New lines under a key of a YAML text, as far to the right as what is there already.
    private static func lines(
        _ lines: [String], below key: String, _ file: Walkthrough.WrittenFile, _ block: ScriptBlock
    ) -> TextEdit? {
        guard !lines.isEmpty, let place = block.bytes.range(of: key, in: file.body) else { return nil }
        let line = block.lines.line(at: place.lowerBound)
        guard line + 1 < block.lines.starts.count else { return nil }
        let margin = block.bytes[block.range(ofLine: line + 1)].prefix { $0.isBlank }
        let end = block.range(ofLine: line).upperBound
        return block.edit(
            end..<end, lines.map { "\n\(String(decoding: margin, as: UTF8.self))\($0)" }.joined())
    }
}
