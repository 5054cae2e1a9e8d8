package import Core

/// A component as it is to be on one node: its steps spelled out, its configuration whole.
package struct ReadyComponent: Hashable, Sendable {
    package struct Step: Hashable, Sendable {
        package var script: String
        /// Nil: as long as it takes.
        package var timeoutSeconds: Int?
        package var requiresPrivilege = false
        package var skipIf: SkipCondition?
        /// The lifecycle's variables and the step's own, which win.
        package var environment: [EnvironmentEntry] = []
        /// Of `bootstrap`: also when a deployment is taken back.
        package var runsOnRollback = false

        package init(script: String) { self.script = script }
    }

    package let name: ComponentName
    package let version: ComponentVersion
    package let kind: Recipe.Kind
    package var steps: [StepName: Step] = [:]
    package var artifacts: [Artifact] = []
    package var dependencies: [Dependency] = []
    package var configuration: Datum
    /// Who runs it; nil for the node's default.
    package var runsAs: String?
    /// Variables that stand for nothing, still in the texts.
    package var unresolved: [Unresolved] = []

    package struct Unresolved: Hashable, Sendable, CustomStringConvertible {
        package let step: StepName?
        package let variable: Variable
        package var description: String { (step.map { $0.title + ": " } ?? "") + "\(variable)" }
    }

    /// Whether anything of it is ever run.
    package var isActive: Bool { !steps.isEmpty }

    package init(_ recipe: Recipe, configuration: Datum) {
        name = recipe.name
        version = recipe.version
        kind = recipe.kind
        dependencies = recipe.dependencies
        self.configuration = configuration
    }
}

extension Variable: CustomStringConvertible {
    package var description: String { "{\(component.map { $0 + ":" } ?? "")\(space):\(key)}" }
}

/// What a node is, as far as recipes ask.
package struct NodeFacts: Sendable {
    package let platform: Platform
    package let folders: NodeFolders
    package let thingName: String
    /// Variables in configuration values are filled too, in one pass.
    package let fillsConfiguration: Bool

    package init(platform: Platform, folders: NodeFolders, thingName: String, fillsConfiguration: Bool = false) {
        self.platform = platform
        self.folders = folders
        self.thingName = thingName
        self.fillsConfiguration = fillsConfiguration
    }
}

/// Spells components out for a node.
package enum Preparation {
    /// `configurations`: the effective one of each component. The order is that of `recipes`.
    package static func ready(
        _ recipes: [Recipe], configurations: [ComponentName: Datum], on node: NodeFacts,
        runsAs: [ComponentName: String] = [:]
    ) throws(Fault) -> [ReadyComponent] {
        var parties: [ComponentName: VariableScope.Party] = [:]
        for recipe in recipes {
            parties[recipe.name] = VariableScope.Party(
                name: recipe.name, version: recipe.version, configuration: configurations[recipe.name] ?? [:])
        }
        if node.fillsConfiguration { parties = filled(parties, recipes, node) }
        return try recipes.map { recipe throws(Fault) in
            var component = try ready(recipe, scope(recipe, parties, node), node)
            component.runsAs = runsAs[recipe.name]
            return component
        }
    }

    private static func scope(
        _ recipe: Recipe, _ parties: [ComponentName: VariableScope.Party], _ node: NodeFacts
    ) -> VariableScope {
        let own =
            parties[recipe.name]
            ?? VariableScope.Party(name: recipe.name, version: recipe.version, configuration: [:])
        let direct = Set(recipe.dependencies.map(\.name))
        return VariableScope(
            folders: node.folders, thingName: node.thingName, own: own,
            dependencies: parties.filter { direct.contains($0.key) })
    }

    /// Every value against the configurations as they were, so that it does not matter which comes first.
    private static func filled(
        _ parties: [ComponentName: VariableScope.Party], _ recipes: [Recipe], _ node: NodeFacts
    ) -> [ComponentName: VariableScope.Party] {
        var filled = parties
        for recipe in recipes {
            guard let party = parties[recipe.name] else { continue }
            let scope = scope(recipe, parties, node)
            filled[recipe.name] = VariableScope.Party(
                name: party.name, version: party.version,
                configuration: party.configuration.mapTexts { scope.filled($0) })
        }
        return filled
    }

    private static func ready(
        _ recipe: Recipe, _ scope: VariableScope, _ node: NodeFacts
    ) throws(Fault) -> ReadyComponent {
        let manifest = try recipe.manifest(for: node.platform)
        var component = ReadyComponent(recipe, configuration: scope.own.configuration)
        component.artifacts = manifest.artifacts
        var filler = StepFiller(scope: scope, component: "\(recipe.name) \(recipe.version)")
        for (name, template) in manifest.lifecycle.steps.sorted(by: { $0.key < $1.key }) {
            component.steps[name] = try filler.step(name, template, manifest.lifecycle.environment)
        }
        component.unresolved = filler.unresolved
        return component
    }
}

extension Datum {
    /// The same value with every string in it changed.
    func mapTexts(_ change: (String) -> String) -> Datum {
        switch self {
        case .text(let text): .text(change(text))
        case .list(let list): .list(list.map { $0.mapTexts(change) })
        case .map(let map): .map(DatumMap(map.members.map { ($0.key, $0.value.mapTexts(change)) }))
        default: self
        }
    }
}
