package import Core
internal import Files
internal import JSON

/// A deployment as it is handed to a node: what is wanted, and where its parts are.
package struct DeploymentOrder: Sendable {
    package let document: Datum
    package var recipes: [(name: String, text: [UInt8])] = []
    package var artifacts: String?
    package var bundle: String?
    /// Where whoever gave out a recipe keeps its artifacts: by component and the artifact's name there. Not for a body.
    var shelf: ArtifactHunt.Shelf?
    /// The groups that the thing is in, as its hub says; what others brought is let go. Nil: nobody knows. Not for a body.
    var memberships: Set<String>?

    package init(document: Datum) { self.document = document }

    /// From the body of a request.
    init(_ body: [UInt8]) throws(Fault) {
        let datum = try Datum(json: body, named: "the body")
        let reader = try DatumReader(datum, at: "", keys: ["document", "recipes", "artifacts", "bundle"])
        guard let document = reader.value("document") else { throw Fault(.invalid, "document is missing") }
        self.document = document
        artifacts = try reader.text("artifacts")
        bundle = try reader.text("bundle")
        for (place, recipe) in (reader.value("recipes")?.list ?? []).enumerated() {
            if let text = recipe.text {
                recipes.append(("recipes[\(place)]", Array(text.utf8)))
                continue
            }
            let inner = try DatumReader(recipe, at: "recipes[\(place)]", keys: ["name", "text"])
            guard let text = try inner.text("text") else { throw Fault(.invalid, "\(inner.name("text")) is missing") }
            recipes.append((try inner.text("name") ?? "recipes[\(place)]", Array(text.utf8)))
        }
    }

    /// For the body of a request.
    package var body: [UInt8] {
        var map: DatumMap = [
            "document": document,
            "recipes": .list(
                recipes.map { ["name": .text($0.name), "text": .text(String(decoding: $0.text, as: UTF8.self))] }),
        ]
        map["artifacts"] = artifacts.map { .text($0) }
        map["bundle"] = bundle.map { .text($0) }
        return Datum.map(map).json
    }
}
