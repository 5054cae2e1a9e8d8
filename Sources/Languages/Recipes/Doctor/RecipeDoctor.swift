/// Looks at recipes that can be read, for what will not work on a node all the same. It asks nobody: what it says of
/// releases and
/// programs is a rule, not a look.
package struct RecipeDoctor {
    /// What a rule looks at: one recipe as one platform sees it, and the others that are given with it.
    struct Patient {
        let recipe: Recipe
        let manifest: Manifest
        /// Where the manifest stands in the recipe.
        let path: String
        let programs: [Program]
        /// Those it depends on, directly or not, as far as they are at hand.
        let others: [Patient]

        func finding(
            _ level: RecipeFinding.Level, _ rule: String, at place: String, _ message: String, advice: String,
            remedy: RecipeRemedy? = nil
        ) -> RecipeFinding {
            RecipeFinding(
                level: level, rule: rule, component: recipe.name, path: place, message: message, advice: advice,
                remedy: remedy)
        }

        /// Whether every component that it names is at hand, or is part of every node.
        var isWhole: Bool {
            ([self] + others).allSatisfy { party in
                party.recipe.dependencies.allSatisfy { dependency in
                    BuiltInComponents.has(dependency.name) || others.contains { $0.recipe.name == dependency.name }
                }
            }
        }

        func path(of step: StepName) -> String { "\(path).Lifecycle.\(step.title)" }

        /// The steps in their order.
        var steps: [(name: StepName, step: StepTemplate)] {
            manifest.lifecycle.steps.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }

        func dependency(_ name: ComponentName) -> Patient? {
            recipe.dependencies.contains { $0.name == name } ? others.first { $0.recipe.name == name } : nil
        }
    }

    private let recipes: [Recipe]
    private let platform: Platform
    private let content: (Artifact) -> [UInt8]?

    /// `content`: the bytes of an artifact that is at hand, or nil. What stands in the recipe itself is looked at
    /// anyway.
    package init(_ recipes: [Recipe], platform: Platform, content: @escaping (Artifact) -> [UInt8]? = { _ in nil }) {
        self.recipes = recipes
        self.platform = platform
        self.content = content
    }

    /// What is found, recipe by recipe, the worst first.
    package func findings() -> [RecipeFinding] {
        recipes.flatMap { findings(of: $0) }
    }

    /// What is found in one of them, the worst first.
    func findings(of recipe: Recipe) -> [RecipeFinding] {
        guard let patient = patient(recipe, before: []) else {
            return [unfit(recipe)] + PlatformRule.findings(recipe)
        }
        let found = Self.rules.flatMap { $0(patient) } + models(patient) + PlatformRule.findings(recipe)
        return found.enumerated().sorted { left, right in
            left.element.level != right.element.level
                ? left.element.level > right.element.level : left.offset < right.offset
        }.map(\.element)
    }

    private static let rules: [@Sendable (Patient) -> [RecipeFinding]] = [
        PinRule.findings, PackageRule.findings, CredentialsRule.findings, EnvironmentRule.findings,
        VariableRule.findings, PathRule.findings, ProviderRule.findings, ArtifactRule.findings, TimeoutRule.findings,
    ]

    private func unfit(_ recipe: Recipe) -> RecipeFinding {
        RecipeFinding(
            level: .error, rule: "platform", component: recipe.name, path: "Manifests",
            message: "no manifest fits \(platform.description)", advice: "add one, or leave Platform out of the last")
    }

    private func patient(_ recipe: Recipe, before: Set<ComponentName>) -> Patient? {
        guard let place = recipe.manifests.firstIndex(where: { $0.platform.fits(platform) }) else { return nil }
        let manifest = recipe.manifests[place]
        return Patient(
            recipe: recipe, manifest: manifest, path: "Manifests[\(place)]", programs: programs(manifest),
            others: others(recipe, before: before.union([recipe.name])))
    }

    /// Circles are not this doctor's trade: each name is followed once.
    private func others(_ recipe: Recipe, before: Set<ComponentName>) -> [Patient] {
        var seen = before
        var others: [Patient] = []
        for dependency in recipe.dependencies where seen.insert(dependency.name).inserted {
            let candidates = recipes.filter {
                $0.name == dependency.name && dependency.requirement.isSatisfied(by: $0.version)
            }
            guard let newest = candidates.max(by: { $0.version < $1.version }),
                let patient = patient(newest, before: seen)
            else { continue }
            others.append(patient)
            others += patient.others.filter { seen.insert($0.recipe.name).inserted }
        }
        return others
    }

    private func bytes(_ artifact: Artifact) -> [UInt8]? {
        if case .inline(let bytes, _) = artifact.source { bytes } else { content(artifact) }
    }

    private func programs(_ manifest: Manifest) -> [Program] {
        manifest.artifacts.compactMap { artifact in
            guard artifact.fileName.hasSuffix(".py") else { return nil }
            return bytes(artifact).map { Program(file: artifact.fileName, text: String(decoding: $0, as: UTF8.self)) }
        }
    }

    /// A text under the name of a model is somebody's place-holder.
    private func models(_ patient: Patient) -> [RecipeFinding] {
        patient.manifest.artifacts.enumerated().compactMap { index, artifact in
            guard artifact.fileName.lowercased().hasSuffix(".onnx"), let bytes = bytes(artifact) else { return nil }
            guard bytes.allSatisfy({ $0 == 9 || $0 == 10 || $0 == 13 || (0x20..<0x7f).contains($0) }) else {
                return nil
            }
            let found = bytes.isEmpty ? "empty" : "a text of \(bytes.count) bytes"
            return patient.finding(
                .error, "placeholder-model", at: "\(patient.path).Artifacts[\(index)]",
                "\(artifact.fileName) is \(found), no ONNX model",
                advice: "put the trained model in its place; `lineside inspect` shows one")
        }
    }
}
