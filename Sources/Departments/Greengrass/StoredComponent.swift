internal import Core
internal import Database
internal import JSON
internal import Recipes
internal import Records

/// A version of a component as it lies in its row, or as the house ships it.
struct StoredComponent: Sendable {
    let name: ComponentName
    let version: ComponentVersion
    /// As it was given, with the digests of its artifacts written in.
    let recipe: Datum
    let artifacts: [ComponentArtifact]
    let platforms: Datum
    let publisher: Datum
    let summary: Datum
    let created: Datum
    let token: String?

    static let columns = "name, version, recipe, artifacts, platforms, publisher, description, created, token"

    init(_ row: Statement) throws(Fault) {
        name = try ComponentName(parsing: row.text(0))
        version = try ComponentVersion(parsing: row.text(1))
        recipe = try row.datum(2)
        artifacts = (try row.datum(3).list ?? []).compactMap(ComponentArtifact.init)
        platforms = try row.datum(4)
        publisher = row.optionalText(5)
        summary = row.optionalText(6)
        created = row.time(7)
        token = row.isNull(8) ? nil : row.text(8)
    }

    /// One that the house ships.
    init(builtIn name: ComponentName, _ version: ComponentVersion) {
        self.name = name
        self.version = version
        let kind = name.text.hasSuffix(".Nucleus") ? "aws.greengrass.nucleus" : "aws.greengrass.generic"
        recipe = [
            "RecipeFormatVersion": .text(Recipe.format), "ComponentName": .text(name.text),
            "ComponentVersion": .text("\(version)"), "ComponentType": .text(kind), "ComponentPublisher": "Lineside",
            "ComponentDescription": .text(Self.shipped), "Manifests": [["Lifecycle": .map(DatumMap())]],
        ]
        artifacts = []
        platforms = [["attributes": ["os": "linux"]]]
        publisher = "Lineside"
        summary = .text(Self.shipped)
        created = .whole(0)
        token = nil
    }

    private static let shipped = "Part of every node"

    // MARK: finding

    static func find(
        _ name: ComponentName, _ version: ComponentVersion, _ database: Database
    ) throws(Fault) -> StoredComponent? {
        if BuiltInComponents.has(name) {
            return BuiltInComponents.versions.contains(version) ? StoredComponent(builtIn: name, version) : nil
        }
        return try database.rows(
            "SELECT \(columns) FROM components WHERE name = ? AND version = ?",
            [.text(name.text), .text("\(version)")],
            StoredComponent.init
        ).first
    }

    /// The versions of a component, the newest first.
    static func versions(of name: ComponentName, _ database: Database) throws(Fault) -> [ComponentVersion] {
        let versions =
            BuiltInComponents.has(name)
            ? BuiltInComponents.versions
            : try database.rows("SELECT version FROM components WHERE name = ?", [.text(name.text)]) {
                row throws(Fault) in try ComponentVersion(parsing: row.text(0))
            }
        return versions.sorted(by: >)
    }
}

/// An artifact of a component that lies in the object store.
struct ComponentArtifact: Hashable, Sendable {
    /// As devices ask for it.
    let name: String
    let uri: String
    let bucket: String
    let key: String

    init(name: String, uri: String, bucket: String, key: String) {
        self.name = name
        self.uri = uri
        self.bucket = bucket
        self.key = key
    }

    init?(_ datum: Datum) {
        guard let name = datum["name"]?.text, let uri = datum["uri"]?.text, let bucket = datum["bucket"]?.text,
            let key = datum["key"]?.text
        else { return nil }
        self.init(name: name, uri: uri, bucket: bucket, key: key)
    }

    var datum: Datum {
        ["name": .text(name), "uri": .text(uri), "bucket": .text(bucket), "key": .text(key)]
    }
}
