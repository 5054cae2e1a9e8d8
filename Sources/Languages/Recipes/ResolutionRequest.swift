/// What is to be on a node, in the words of those who want it.
package struct ResolutionRequest: Hashable, Sendable {
    /// A deployment's target: a thing group, the thing itself, or a person at the node.
    package struct Group: Hashable, Sendable {
        package static let localName = "LOCAL_DEPLOYMENT"
        package let name: String
        package let roots: [ComponentName: VersionRequirement]

        package init(name: String, roots: [ComponentName: VersionRequirement]) {
            self.name = name
            self.roots = roots
        }
    }

    package var groups: [Group]
    /// What runs now.
    package var active: [ComponentName: ComponentVersion]
    package var platform: Platform

    package init(groups: [Group], active: [ComponentName: ComponentVersion] = [:], platform: Platform) {
        self.groups = groups
        self.active = active
        self.platform = platform
    }

    /// Roots that somebody at the node asked for: what lies on the node is taken without asking further.
    var localRoots: Set<ComponentName> {
        Set(groups.filter { $0.name == Group.localName }.flatMap(\.roots.keys))
    }
}
