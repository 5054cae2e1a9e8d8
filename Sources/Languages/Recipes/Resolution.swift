internal import Core

/// Exactly which versions are to be on a node, in the order in which they start.
package struct Resolution: Hashable, Sendable {
    package struct Member: Hashable, Sendable {
        package let recipe: Recipe
        /// Who asked for it, in which words.
        package let wantedBy: [Wish]
        package var name: ComponentName { recipe.name }
        package var version: ComponentVersion { recipe.version }
        package var isRoot: Bool { wantedBy.contains { if case .group = $0.party { true } else { false } } }
    }

    /// Every component comes after those that it depends on.
    package let members: [Member]

    package subscript(_ name: ComponentName) -> Member? { members.first { $0.name == name } }
    package var versions: [ComponentName: ComponentVersion] {
        Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.version) })
    }
}

/// That some version of a component be there.
package struct Wish: Hashable, Sendable, CustomStringConvertible {
    package enum Party: Hashable, Sendable {
        case group(String)
        case component(ComponentName, ComponentVersion)
    }

    package let party: Party
    package let requirement: VersionRequirement

    package var description: String {
        switch party {
        case .group(let name): "\(name) wants \(requirement)"
        case .component(let name, let version): "\(name) \(version) wants \(requirement)"
        }
    }
}
