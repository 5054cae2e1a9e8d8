package import Core

/// A component as its recipe describes it, before anything is known of the machine it will run on. Format 2020-01-25.
package struct Recipe: Hashable, Sendable {
    package static let format = "2020-01-25"

    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case generic = "aws.greengrass.generic"
        case lambda = "aws.greengrass.lambda"
        case plugin = "aws.greengrass.plugin"
        case nucleus = "aws.greengrass.nucleus"
    }

    package let name: ComponentName
    package let version: ComponentVersion
    package var kind = Kind.generic
    package var summary: String?
    package var publisher: String?
    package var source: String?
    package var defaultConfiguration = DatumMap()
    package var dependencies: [Dependency] = []
    package var manifests: [Manifest] = []

    package init(name: ComponentName, version: ComponentVersion) {
        self.name = name
        self.version = version
    }

    /// The first manifest whose every attribute fits.
    package func manifest(for platform: Platform) throws(Fault) -> Manifest {
        if let fitting = manifests.first(where: { $0.platform.fits(platform) }) { return fitting }
        let offered = manifests.map { "\($0.platform)" }.joined(separator: "; ")
        throw Fault(
            .invalid, "no platform match: \(name) \(version) has no manifest for \(platform.description)",
            hint: manifests.isEmpty ? "the recipe has no Manifests at all" : "it has manifests for \(offered)")
    }
}

/// Another component that one needs.
package struct Dependency: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// Follows the other's errors, restarts and reinstallations.
        case hard = "HARD"
        /// Only brings the other along.
        case soft = "SOFT"
    }

    package let name: ComponentName
    package let requirement: VersionRequirement
    package let kind: Kind

    package init(name: ComponentName, requirement: VersionRequirement, kind: Kind = .hard) {
        self.name = name
        self.requirement = requirement
        self.kind = kind
    }
}

/// What a component is on one kind of machine.
package struct Manifest: Hashable, Sendable {
    package var name: String?
    package var platform = PlatformRequirement([:])
    /// Its own, or what its selections leave of the recipe's.
    package var lifecycle = Lifecycle()
    package var artifacts: [Artifact] = []

    package init() {}
}
