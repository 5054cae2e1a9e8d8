package import Core

/// The walk down the delegations for one target: each role before those below it, in their order of say. Pure: it names
/// the role to look into next, and is told what that role says.
package struct TargetSearch: Sendable {
    /// A role to look into, with the keys that the role above gave it; nil keys are those of the root.
    package struct Visit: Sendable {
        package let role: String
        package let keys: RoleKeys?

        package init(role: String, keys: RoleKeys?) {
            self.role = role
            self.keys = keys
        }

        package static let top = Visit(role: TopRole.targets.rawValue, keys: nil)
    }

    package let target: TargetPath
    private var ahead: [Visit] = [.top]
    private var visited: Set<String> = []
    package private(set) var found: (role: String, facts: TargetFacts)?

    package init(_ target: String) { self.target = TargetPath(target) }

    /// Nil when the search is over.
    package mutating func next() throws(Fault) -> Visit? {
        guard found == nil else { return nil }
        while let visit = ahead.popLast() {
            guard visited.insert(visit.role).inserted else { continue }
            guard visited.count <= MetadataLimits.delegationsMax + 1 else {
                throw Fault(
                    .unlisted,
                    "\"\(target.text)\" was not found within \(MetadataLimits.delegationsMax) delegated roles")
            }
            return visit
        }
        return nil
    }

    package mutating func look(into role: String, _ metadata: TargetsMetadata) {
        if let facts = metadata.targets[target.text] {
            found = (role, facts)
            return
        }
        var below: [Visit] = []
        for delegation in metadata.delegations?.roles ?? [] {
            guard let name = delegation.role(for: target) else { continue }
            below.append(Visit(role: name, keys: delegation.keys))
            guard delegation.isTerminating else { continue }
            ahead = []
            break
        }
        ahead += below.reversed()
    }
}
