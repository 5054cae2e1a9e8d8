package import Core
package import ReleaseTrust

/// A target that the metadata answer for, down from the root.
package struct VerifiedTarget: Hashable, Sendable {
    package let name: String
    /// The role that answers for it.
    package let role: String
    package let length: Int
    package let digests: FileDigests
    /// Whatever the owner wrote beside it.
    package let custom: Datum?
    /// Where a repository has it.
    package let path: String
    /// What a bundle calls it.
    package var bundledName: String { "targets/\(path)" }

    init(_ name: String, role: String, _ facts: TargetFacts, isConsistent: Bool) throws(Fault) {
        guard let prefix = facts.digests.prefix else {
            throw Fault(.wrongDigest, "\"\(name)\" is named with no digest that can be checked here")
        }
        self.name = name
        self.role = role
        length = facts.length
        digests = facts.digests
        custom = facts.custom
        path = isConsistent ? TargetName.path(name, prefix: prefix) : name
    }
}
