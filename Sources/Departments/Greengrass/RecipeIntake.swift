internal import AWSProtocol
internal import Core
internal import Crypto
internal import Recipes

/// A recipe as it comes in: read, its artifacts looked up, and their digests written into it, so that a device takes no other.
struct RecipeIntake {
    private(set) var document: Datum
    let recipe: Recipe
    private(set) var artifacts: [ComponentArtifact] = []
    private static let bytesMax = 16_000
    private typealias Digests = (_ key: String, _ bucket: String) throws(ServiceProblem) -> SHA256Digest?

    init(_ bytes: [UInt8], _ plant: any Plant, for caller: AWSProtocol.Caller) throws(ServiceProblem) {
        guard bytes.count <= Self.bytesMax else {
            throw GreengrassProblem.invalid("a recipe may have \(Self.bytesMax) bytes, not \(bytes.count)")
        }
        do throws(Fault) {
            document = try RecipeText.document(bytes)
            guard document.map != nil else { throw Fault(.invalid, "a recipe is an object, not \(document.kindName)") }
        } catch {
            throw GreengrassProblem.invalid(
                "the recipe cannot be read (\(error.message)). A file is handed over as it is with `--inline-recipe fileb://FILE`: with file:// the AWS CLI 2 takes it for base64"
            )
        }
        do throws(Fault) { recipe = try RecipeReader.read(document).recipe } catch {
            throw GreengrassProblem.invalid(error)
        }
        guard !BuiltInComponents.has(recipe.name) else {
            throw GreengrassProblem.invalid(
                "ComponentName: \(recipe.name) is part of every node, and of no one's making")
        }
        try find { key, bucket throws(ServiceProblem) in
            try plant.digest(ofObject: key, in: bucket, for: caller)
        }
    }

    /// Goes through the artifacts of every manifest.
    private mutating func find(_ digest: Digests) throws(ServiceProblem) {
        guard var root = document.map, let manifests = Self.key("Manifests", in: root) else { return }
        var changed: [Datum] = []
        for manifest in root[manifests]?.list ?? [] {
            guard var fields = manifest.map, let key = Self.key("Artifacts", in: fields) else {
                changed.append(manifest)
                continue
            }
            var rows: [Datum] = []
            for row in fields[key]?.list ?? [] { rows.append(try looked(row, digest)) }
            fields[key] = .list(rows)
            changed.append(.map(fields))
        }
        root[manifests] = .list(changed)
        document = .map(root)
    }

    private mutating func looked(_ row: Datum, _ digestOf: Digests) throws(ServiceProblem) -> Datum {
        guard var fields = row.map, let uri = Self.key("Uri", in: fields).flatMap({ fields[$0]?.text }),
            let source = try? ArtifactSource(parsing: uri), case .s3(let bucket, let key) = source
        else { return row }
        guard let digest = try digestOf(key, bucket) else {
            throw GreengrassProblem.invalid(
                "the artifact \(uri) is not there, or not for you to read (s3:GetObject): put the object first")
        }
        let text = Base64.text(digest.bytes)
        if let given = Self.key("Digest", in: fields).flatMap({ fields[$0]?.text }), given != text {
            throw GreengrassProblem.invalid("the artifact \(uri) has the digest \(text), not \(given.prefix(100))")
        }
        fields[Self.key("Digest", in: fields) ?? "Digest"] = .text(text)
        fields[Self.key("Algorithm", in: fields) ?? "Algorithm"] = "SHA-256"
        if !artifacts.contains(where: { $0.uri == uri }) {
            artifacts.append(ComponentArtifact(name: name(for: uri, source), uri: uri, bucket: bucket, key: key))
        }
        return .map(fields)
    }

    /// The file's name; with a number before it where another has that already.
    private func name(for uri: String, _ source: ArtifactSource) -> String {
        let name = source.fileName ?? "artifact"
        return artifacts.contains { $0.name == name } ? "\(artifacts.count)/\(name)" : name
    }

    /// Recipes write their keys in any case.
    private static func key(_ wanted: String, in map: DatumMap) -> String? {
        map.keys.first { $0.lowercased() == wanted.lowercased() }
    }

    var platforms: Datum {
        .list(
            recipe.manifests.map { manifest in
                let attributes = manifest.platform.attributes.sorted { $0.key < $1.key }
                return [
                    "name": manifest.name.map(Datum.text) ?? .null,
                    "attributes": .map(DatumMap(attributes.map { ($0.key, .text($0.value)) })),
                ]
            })
    }

    /// The recipe as a device is given it: what lies in the object store is asked for here.
    static func served(_ component: StoredComponent) -> Datum {
        let names = Dictionary(component.artifacts.map { ($0.uri, $0.name) }) { first, _ in first }
        guard var root = component.recipe.map, let manifests = key("Manifests", in: root) else {
            return component.recipe
        }
        let changed = (root[manifests]?.list ?? []).map { manifest -> Datum in
            guard var fields = manifest.map, let key = key("Artifacts", in: fields) else { return manifest }
            fields[key] = .list(
                (fields[key]?.list ?? []).map { row in
                    guard var fields = row.map, let key = Self.key("Uri", in: fields),
                        let name = fields[key]?.text.flatMap({ names[$0] })
                    else { return row }
                    fields[key] = .text("greengrass:\(name)")
                    return .map(fields)
                })
            return .map(fields)
        }
        root[manifests] = .list(changed)
        return .map(root)
    }
}
