internal import Components
internal import Core
internal import Depot
internal import Recipes

/// From a generation to what the house of components runs.
enum ComponentSpecs {
    /// Its recipes with everything filled in, in their order of starting.
    static func ready(_ generation: Generation, _ shelf: RecipeShelf, _ node: NodeFacts) throws(Fault)
        -> [ReadyComponent]
    {
        var recipes: [Recipe] = []
        for member in generation.members {
            guard let entry = shelf[member.name, member.version] else {
                throw Fault(.notFound, "the recipe of \(member.name) \(member.version) is not at hand")
            }
            recipes.append(entry.recipe)
        }
        let trees = Dictionary(
            generation.members.map { ($0.name, $0.configuration.value) }, uniquingKeysWith: { $1 })
        let users = Dictionary(
            generation.members.compactMap { member in member.user.map { (member.name, $0) } }, uniquingKeysWith: { $1 })
        return try Preparation.ready(recipes, configurations: trees, on: node, runsAs: users)
    }

    static func specs(_ ready: [ReadyComponent], of generation: Generation, on node: NodeFacts) -> [ComponentSpec] {
        let files = Dictionary(
            generation.members.map {
                ($0.name, $0.artifacts.map { "\($0.digest) \($0.path)" }.joined(separator: "\n"))
            },
            uniquingKeysWith: { $1 })
        let folders = node.folders
        let present = Set(ready.map(\.name))
        return ready.map { component in
            var spec = ComponentSpec(
                name: component.name.text, version: "\(component.version)",
                user: component.runsAs, workFolder: folders.work(component.name),
                artifactFolder: folders.artifacts(component.name, component.version),
                logFile: "\(folders.root)/logs/\(component.name).log")
            spec.ambient = environment(of: component, ready, node)
            spec.files = files[component.name] ?? ""
            for (name, step) in component.steps {
                guard let kind = StepKind(rawValue: name.rawValue) else { continue }
                spec.steps[kind] = Components.StepSpec(step)
            }
            // What is built in is always there.
            for dependency in component.dependencies where present.contains(dependency.name) {
                spec.dependencies[dependency.name.text] = dependency.kind == .hard ? .hard : .soft
            }
            return spec
        }
    }

    /// What recipes declare and their programs look for under another name (A23).
    private static func environment(
        of component: ReadyComponent, _ ready: [ReadyComponent], _ node: NodeFacts
    ) -> [String: String] {
        let entries = ComponentEnvironment.entries(for: component, among: ready, on: node)
        return Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}

extension Components.StepSpec {
    fileprivate init(_ step: ReadyComponent.Step) {
        self.init(
            step.script, timeout: step.timeoutSeconds.map { UInt64($0) * Span64.second },
            requiresPrivilege: step.requiresPrivilege, skipIf: step.skipIf.map { "\($0)" },
            environment: Dictionary(step.environment.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 }))
    }
}
