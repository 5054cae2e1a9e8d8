package import Core

/// The four roles that every repository has.
package enum TopRole: String, Hashable, Sendable, CaseIterable {
    case root, timestamp, snapshot, targets
}

/// The keys of all top roles: where trust begins.
package struct RootMetadata: MetadataBody {
    package static let type = "root"

    /// Files carry their version, or their digest, in their names.
    package let isConsistent: Bool
    private let roles: [TopRole: RoleKeys]
    package let keys: [String: KeyRecord]

    package init(reading source: MetadataSource) throws(Fault) {
        let reader = source.reader
        isConsistent = try reader.optional("consistent_snapshot")?.bool() ?? false
        let keys = try keyRecords(reader.member("keys"))
        let parts = try reader.member("roles")
        var roles: [TopRole: RoleKeys] = [:]
        for role in TopRole.allCases {
            roles[role] = try RoleKeys(role: role.rawValue, parts.member(role.rawValue), from: keys)
        }
        self.keys = keys
        self.roles = roles
    }

    package func keys(of role: TopRole) -> RoleKeys {
        // `init` reads every role.
        guard let keys = roles[role] else { preconditionFailure("a root without \(role)") }
        return keys
    }
}
