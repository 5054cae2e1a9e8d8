package import Core

/// Finds the versions that suit every party: from the roots outward, each component the newest version that all who want it so far
/// accept. When a later wish changes a choice, what only the dropped version wanted is dropped with it.
package struct Resolver {
    private enum Limit {
        static let componentsMax = 1_000
        /// Choices may go back and forth; two components can keep each other from ever settling.
        static let choicesMax = 10_000
    }

    private let request: ResolutionRequest
    private let catalogue: Catalogue
    private let localRoots: Set<ComponentName>
    private var wishes: [ComponentName: [Wish]] = [:]
    private var chosen: [ComponentName: Recipe] = [:]
    private var choices = 0

    private init(_ request: ResolutionRequest, _ catalogue: Catalogue) {
        self.request = request
        self.catalogue = catalogue
        localRoots = request.localRoots
    }

    package static func resolve(_ request: ResolutionRequest, from catalogue: Catalogue) throws(Fault) -> Resolution {
        var resolver = Resolver(request, catalogue)
        try resolver.walk()
        let order = try StartOrder.order(resolver.chosen.mapValues { $0.dependencies.map(\.name) })
        return Resolution(
            members: order.compactMap { name in
                resolver.chosen[name].map { Resolution.Member(recipe: $0, wantedBy: resolver.wishes[name] ?? []) }
            })
    }

    private mutating func walk() throws(Fault) {
        for group in request.groups {
            for (name, requirement) in group.roots {
                wishes[name, default: []].append(Wish(party: .group(group.name), requirement: requirement))
            }
        }
        var queue = wishes.keys.sorted()
        while !queue.isEmpty {
            var disputed: [ComponentName] = []
            var place = 0
            while place < queue.count {
                let name = queue[place]
                place += 1
                if let next = try choose(name) { queue += next } else { disputed.append(name) }
            }
            // What was in dispute may not be any more, when somebody who wanted something else of it has gone since.
            queue = disputed.filter { (try? version(of: $0)) != nil || wishes[$0]?.isEmpty != false }
            if queue.isEmpty, let name = disputed.first { throw try conflict(name) }
        }
    }

    /// Chooses a version of a component; gives the components to look at next, or nil when no version suits all who want one.
    private mutating func choose(_ name: ComponentName) throws(Fault) -> [ComponentName]? {
        choices += 1
        guard choices <= Limit.choicesMax, chosen.count <= Limit.componentsMax else {
            throw Fault(.exhausted, "the versions do not settle: \(name) was chosen last", hint: wishText(name))
        }
        // Nobody wants it any more.
        guard wishes[name]?.isEmpty == false else { return drop(name) }
        guard let version = try version(of: name) else { return nil }
        if chosen[name]?.version == version { return [] }
        let recipe = try catalogue.recipe(name, version)
        do throws(Fault) { _ = try recipe.manifest(for: request.platform) } catch {
            throw Fault(error.code, "\(error.message) (\(wishText(name)))", hint: error.hint)
        }
        let loosened = drop(name)
        chosen[name] = recipe
        for dependency in recipe.dependencies {
            wishes[dependency.name, default: []].append(
                Wish(party: .component(name, version), requirement: dependency.requirement))
        }
        return loosened + recipe.dependencies.map(\.name)
    }

    /// Takes back what a chosen version wanted of others.
    private mutating func drop(_ name: ComponentName) -> [ComponentName] {
        guard let old = chosen.removeValue(forKey: name) else { return [] }
        for dependency in old.dependencies {
            wishes[dependency.name]?.removeAll { $0.party == .component(name, old.version) }
        }
        return old.dependencies.map(\.name)
    }

    private func version(of name: ComponentName) throws(Fault) -> ComponentVersion? {
        let offer = try catalogue.offer(name, to: wishes[name] ?? [])
        let stored = offer.stored.filter { suits($0, name) }
        let local = request.active[name].flatMap { stored.contains($0) ? $0 : nil } ?? stored.max()
        if let local, localRoots.contains(name) || offer.published == nil { return local }
        return offer.published?.filter { suits($0, name) }.max() ?? local
    }

    private func suits(_ version: ComponentVersion, _ name: ComponentName) -> Bool {
        wishes[name]?.allSatisfy { $0.requirement.isSatisfied(by: version) } ?? true
    }

    private func wishText(_ name: ComponentName) -> String {
        (wishes[name] ?? []).map { "\($0)" }.joined(separator: ", ")
    }

    private func conflict(_ name: ComponentName) throws(Fault) -> Fault {
        let offer = try catalogue.offer(name, to: wishes[name] ?? [])
        let available = Set(offer.stored + (offer.published ?? [])).sorted()
        let wanted = wishText(name)
        if available.isEmpty {
            return Fault(
                .notFound, "\(name): \(wanted); no version is available",
                hint: offer.published == nil ? "only what lies on the node could be looked at" : nil)
        }
        let versions = available.map(\.description).joined(separator: ", ")
        return Fault(.invalid, "\(name): \(wanted); available: \(versions)", hint: hint(name, available))
    }

    /// Whether anyone's wish can be met at all, or they only exclude each other.
    private func hint(_ name: ComponentName, _ available: [ComponentVersion]) -> String? {
        let all = wishes[name] ?? []
        let hopeless = all.filter { wish in !available.contains { wish.requirement.isSatisfied(by: $0) } }
        if !hopeless.isEmpty {
            return "no available version is what " + hopeless.map { "\($0)" }.joined(separator: " and ")
        }
        return all.count > 1 ? "each could be met alone, but not together" : nil
    }
}
