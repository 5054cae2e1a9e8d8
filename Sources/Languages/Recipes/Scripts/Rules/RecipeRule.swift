/// E5 to E8: component recipes, wherever they stand, as the doctor of components sees them.
enum RecipeRule {
    static func findings(
        _ walk: Walkthrough, platform: Platform, content: @escaping (Artifact) -> [UInt8]?
    ) -> [ClinicFinding] {
        let doctor = RecipeDoctor(walk.documents.map(\.recipe), platform: platform) { artifact in
            walk.files.last { $0.name == artifact.fileName }?.content ?? content(artifact)
        }
        return walk.documents.flatMap { document in
            doctor.findings(of: document.recipe).compactMap { finding($0, document, walk) }
        }
    }

    /// What the list of known defects calls the findings of the components' doctor.
    private static let known: [String: [String]] = [
        "pip-pin": ["E5", "T3"], "pip-conflict": ["PIP"], "pip-python": ["E5"], "missing-package": ["E5", "T4"],
        "no-credentials": ["E7", "T6"], "environment": ["E7", "T5"], "placeholder-model": ["E8", "T7"],
        "data-uri": ["E6", "T2"], "providers": ["PROVIDERS"],
    ]

    static func ids(_ rule: String, _ message: String) -> [String] {
        if rule == "path" {
            return message.contains("nothing ever puts")
                ? ["E7", "T5"] : message.contains("/tmp/") ? ["E8", "T7"] : []
        }
        return known[rule] ?? []
    }

    private static func finding(
        _ found: RecipeFinding, _ document: RecipeDocument, _ walk: Walkthrough
    ) -> ClinicFinding? {
        // The program that the script writes is looked at where it stands.
        if found.rule == "providers", walk.files.contains(where: { found.message.hasPrefix($0.name + " ") }) {
            return nil
        }
        let place = place(found, document, walk.passages[document.passage].block.bytes)
        let isUpload = found.rule == "data-uri" && !document.isFile
        var finding = walk.finding(
            isUpload ? .error : found.level, found.rule, ids(found.rule, found.message), at: place,
            of: document.passage, found.message, consequence(found, isUpload ? .error : found.level),
            advice: found.advice,
            edits: isUpload
                ? ArtifactUpload.edits(document, at: found.path, walk)
                : found.remedy.map { RecipeMender(document: document, walk: walk).edits($0, at: found.path) } ?? [])
        if document.outline == nil, found.remedy != nil, finding.edits.isEmpty {
            finding.advice += " (by hand: only recipes in JSON are written again)"
        }
        finding.component = found.component
        finding.path = found.path
        return finding
    }

    /// Where it stands; of YAML only words of scripts are looked for.
    private static func place(_ found: RecipeFinding, _ document: RecipeDocument, _ bytes: [UInt8]) -> Int {
        let range = document.outline?.nearest(found.path).node.range ?? document.body
        guard case .rewrite(let word, _)? = found.remedy else { return range.lowerBound }
        return bytes.range(of: word, in: range)?.lowerBound ?? range.lowerBound
    }

    private static let consequences = [
        "pip-pin": "the installation fails, and with it the deployment",
        "pip-conflict": "the installation fails, and with it the deployment",
        "missing-package": "ModuleNotFoundError when the program starts",
        "no-credentials": "NoCredentialsError at the first call",
        "environment": "the program takes another value than the recipe says", "data-uri": "the deployment is refused",
        "placeholder-model": "no runtime loads it", "providers": ProviderRule.consequence,
    ]

    private static func consequence(_ found: RecipeFinding, _ level: RecipeFinding.Level) -> String {
        switch level {
        case .error: consequences[found.rule] ?? "the component does not work"
        case .warning: consequences[found.rule] ?? "it works on some machines, or sometimes"
        case .note: ""
        }
    }
}
