internal import Core
internal import Crypto
internal import Recipes

/// The generation that a deployment asks for, and how it differs from the one that runs.
struct GenerationPlan {
    let generation: Generation
    let changes: ChangePlan
    /// What configuration lost to what, a line each.
    let losses: [String]
    let documents: [[UInt8]]
    let origins: Origins

    static let groupsOfThings = "thinggroup/"

    /// `active`: what runs now. Nothing is changed anywhere, and every obstacle is named.
    init(
        _ document: DeploymentDocument, active: Generation, shelf: RecipeShelf, hunt: ArtifactHunt, node: NodeFacts,
        memberships: Set<String>?, created: Int
    ) throws(Fault) {
        // As AWS's own software: with the next deployment a thing lets go of what a group brought that it has left.
        var groups = active.groups.filter { group, _ in
            !group.hasPrefix(Self.groupsOfThings) || memberships?.contains(group) ?? true
        }
        if let components = document.components {
            groups[document.group] = components.isEmpty ? nil : components.mapValues(\.requirement)
        }
        var request = ResolutionRequest(
            groups: groups.sorted { $0.key < $1.key }.map { ResolutionRequest.Group(name: $0.key, roots: $0.value) },
            platform: node.platform)
        request.active = active.versions
        let resolution = try Resolver.resolve(request, from: shelf.catalogue)
        var draft = Draft(document: document, active: active, created: created, hunt: hunt)
        for member in resolution.members { try draft.configure(member) }
        let ready = try draft.ready(resolution.members.map(\.recipe), on: node)
        for component in ready { try draft.add(component, shelf) }
        // What is built in is always there, and never changes.
        let after = ready.filter { !BuiltInComponents.has($0.name) }.map {
            $0.with(draft.generation[$0.name]?.artifacts)
        }
        let before = try ComponentSpecs.ready(active, shelf, node).map { $0.with(active[$0.name]?.artifacts) }
        changes = ChangePlan(from: before, to: after)
        var generation = draft.generation
        generation.groups = groups
        self.generation = generation
        losses = draft.losses
        documents = draft.documents + draft.hunt.documents + [generation.bytes]
        origins = draft.hunt.origins
    }
}

extension ReadyComponent {
    /// With the digests of its files as they were found, so that a file that changed under the same address is seen.
    fileprivate func with(_ files: [FileReference]?) -> ReadyComponent {
        var component = self
        for place in component.artifacts.indices {
            component.artifacts[place].digest = files?.first { $0.path == component.artifacts[place].fileName }?.digest
        }
        return component
    }
}

/// A generation in the making.
private struct Draft {
    let document: DeploymentDocument
    let active: Generation
    let created: Int
    var hunt: ArtifactHunt
    var generation = Generation()
    var trees: [ComponentName: ConfigurationTree] = [:]
    var users: [ComponentName: String] = [:]
    var losses: [String] = []
    var documents: [[UInt8]] = []

    /// Components that nobody named keep the configuration and the user that they run with.
    mutating func configure(_ member: Resolution.Member) throws(Fault) {
        let asked = document.components?[member.name]
        let before = active[member.name]
        let (tree, report) = try (before?.configuration ?? ConfigurationTree()).deployed(
            defaults: member.recipe.defaultConfiguration, update: asked?.update, createdAt: created)
        trees[member.name] = tree
        users[member.name] = asked == nil ? before?.user : asked?.user
        losses += report.losses.map { "\(member.name)\($0)" }
        losses += report.resetsOfNothing.map { "\(member.name)\($0): there was nothing to reset" }
    }

    func ready(_ recipes: [Recipe], on node: NodeFacts) throws(Fault) -> [ReadyComponent] {
        try Preparation.ready(recipes, configurations: trees.mapValues(\.value), on: node, runsAs: users)
    }

    mutating func add(_ component: ReadyComponent, _ shelf: RecipeShelf) throws(Fault) {
        var artifacts: [FileReference] = []
        for artifact in component.artifacts { artifacts.append(try hunt.find(artifact, of: component)) }
        // What is built in has no recipe of anybody's.
        guard let entry = shelf[component.name, component.version] else { return }
        documents.append(entry.text)
        generation.members.append(
            Generation.Member(
                name: component.name, version: component.version,
                recipe: FileReference(
                    path: "recipe", digest: SHA256.digest(of: entry.text), bytes: entry.text.count),
                artifacts: artifacts, configuration: trees[component.name] ?? ConfigurationTree(),
                user: users[component.name]))
    }
}
