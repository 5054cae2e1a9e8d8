internal import Core
internal import Crypto
internal import JSON
internal import Recipes

/// Everything that a node's components are, in one document: versions, files, configuration and who asked for them. What runs is
/// always a whole generation, and the way back is the generation before.
struct Generation: Hashable, Sendable {
    static let kind = "components/1"

    struct Member: Hashable, Sendable {
        let name: ComponentName
        let version: ComponentVersion
        let recipe: FileReference
        var artifacts: [FileReference]
        var configuration: ConfigurationTree
        var user: String?
    }

    /// In the order in which they start.
    var members: [Member] = []
    /// Each group's roots.
    var groups: [String: [ComponentName: VersionRequirement]] = [:]

    init() {}

    subscript(_ name: ComponentName) -> Member? { members.first { $0.name == name } }
    var versions: [ComponentName: ComponentVersion] {
        Dictionary(members.map { ($0.name, $0.version) }, uniquingKeysWith: { $1 })
    }
    var files: [FileReference] { members.flatMap { [$0.recipe] + $0.artifacts } }
}

extension Generation {
    init(_ bytes: [UInt8]) throws(Fault) {
        let top = try DatumReader(
            try Document.datum(bytes, kind: Self.kind), at: "", keys: ["lineside", "groups", "components"])
        for (group, roots) in top.value("groups")?.map?.members ?? [] {
            var wanted: [ComponentName: VersionRequirement] = [:]
            for (name, requirement) in roots.map?.members ?? [] {
                wanted[try ComponentName(parsing: name)] = try VersionRequirement(parsing: requirement.text ?? "")
            }
            groups[group] = wanted
        }
        for (place, member) in (top.value("components")?.list ?? []).enumerated() {
            members.append(try Member(member, at: "components[\(place)]"))
        }
    }

    var bytes: [UInt8] {
        let groups = groups.sorted { $0.key < $1.key }.map { group, roots in
            (
                group,
                Datum.map(DatumMap(roots.sorted { $0.key < $1.key }.map { ($0.key.text, Datum.text("\($0.value)")) }))
            )
        }
        let document: Datum = [
            "lineside": .text(Self.kind), "groups": .map(DatumMap(groups)), "components": .list(members.map(\.datum)),
        ]
        return document.json
    }
}

extension Generation.Member {
    fileprivate init(_ datum: Datum, at path: String) throws(Fault) {
        let reader = try DatumReader(
            datum, at: path, keys: ["name", "version", "recipe", "artifacts", "configuration", "user"])
        name = try ComponentName(parsing: reader.text("name") ?? "")
        version = try ComponentVersion(parsing: reader.text("version") ?? "")
        recipe = try FileReference(reader.value("recipe"), at: reader.name("recipe"))
        artifacts = []
        for artifact in reader.value("artifacts")?.list ?? [] {
            artifacts.append(try FileReference(artifact, at: reader.name("artifacts")))
        }
        configuration = try ConfigurationTree(datum: reader.value("configuration") ?? [:])
        user = try reader.text("user")
    }

    fileprivate var datum: Datum {
        var map: DatumMap = [
            "name": .text(name.text), "version": .text("\(version)"), "recipe": recipe.datum,
            "artifacts": .list(artifacts.map(\.datum)), "configuration": configuration.datum,
        ]
        map["user"] = user.map { .text($0) }
        return .map(map)
    }
}
