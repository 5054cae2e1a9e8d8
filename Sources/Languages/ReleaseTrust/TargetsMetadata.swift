package import Core

/// The files that a role answers for, and the roles that it lets answer for others.
package struct TargetsMetadata: MetadataBody {
    package static let type = "targets"
    package let targets: [String: TargetFacts]
    package let delegations: Delegations?

    package init(reading source: MetadataSource) throws(Fault) {
        let reader = source.reader
        var targets: [String: TargetFacts] = [:]
        for (path, value) in try reader.member("targets").members() { targets[path] = try TargetFacts(value) }
        self.targets = targets
        delegations = try reader.optional("delegations").map { part throws(Fault) in try Delegations(part) }
    }
}

/// Roles below a targets role, and which targets are theirs.
package struct Delegations: Sendable {
    /// In the order of their say.
    package let roles: [Delegation]

    init(_ reader: MetadataReader) throws(Fault) {
        let keys = try keyRecords(reader.member("keys"))
        if let bins = try reader.optional("succinct_roles") {
            guard try reader.optional("roles") == nil else {
                throw Fault(.malformed, "\(reader.path) has both roles and succinct_roles")
            }
            roles = [try Delegation(bins: bins, keys)]
            return
        }
        var roles: [Delegation] = []
        var names: Set<String> = []
        for element in try reader.member("roles").list() {
            let role = try Delegation(element, keys)
            guard names.insert(role.name).inserted else {
                throw Fault(.malformed, "\(element.path) is the second role of the name \"\(role.name)\"")
            }
            roles.append(role)
        }
        self.roles = roles
    }
}

/// One step down: a role, whose keys it has, and which targets it may answer for.
package struct Delegation: Sendable {
    package enum Scope: Hashable, Sendable {
        case patterns([PathPattern])
        /// Targets whose path's digest begins so.
        case digestPrefixes([String])
        /// As many roles as there are numbers of that many bits, each for its share of all digests.
        case bins(HashBins)
    }

    /// The role's name, or what the names of its bins begin with.
    let name: String
    package let keys: RoleKeys
    package let isTerminating: Bool
    package let scope: Scope

    init(_ reader: MetadataReader, _ keys: [String: KeyRecord]) throws(Fault) {
        name = try reader.member("name").text()
        guard !name.isEmpty, TopRole(rawValue: name) == nil else {
            throw Fault(.malformed, "\(reader.path) delegates to \"\(name)\", which cannot be a delegated role")
        }
        self.keys = try RoleKeys(role: name, reader, from: keys)
        isTerminating = try reader.member("terminating").bool()
        let paths = try reader.optional("paths")
        let prefixes = try reader.optional("path_hash_prefixes")
        switch (paths, prefixes) {
        case (let paths?, nil): scope = .patterns(try paths.texts().map(PathPattern.init))
        case (nil, let prefixes?): scope = .digestPrefixes(try prefixes.texts())
        default: throw Fault(.malformed, "\(reader.path) must have either paths or path_hash_prefixes")
        }
    }

    /// Every target has its bin, and nobody else answers for it.
    init(bins reader: MetadataReader, _ keys: [String: KeyRecord]) throws(Fault) {
        let bins = try HashBins(reader)
        name = bins.namePrefix
        self.keys = try RoleKeys(role: bins.namePrefix, reader, from: keys)
        isTerminating = true
        scope = .bins(bins)
    }

    /// Every role that it delegates to.
    package var roleNames: [String] { if case .bins(let bins) = scope { bins.roleNames } else { [name] } }

    /// The role that answers for a target, if one does.
    package func role(for target: TargetPath) -> String? {
        switch scope {
        case .patterns(let patterns): patterns.contains { $0.matches(target.text) } ? name : nil
        case .digestPrefixes(let prefixes): prefixes.contains { target.digest.hasPrefix($0) } ? name : nil
        case .bins(let bins): bins.role(for: target)
        }
    }
}
