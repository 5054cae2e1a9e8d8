import Core
import Recipes

/// A recipe in which only what a test states is not the plainest possible.
func makeRecipe(
    _ name: String = "com.x", _ version: String = "1.0.0", needs: [String: String] = [:], soft: [String: String] = [:],
    defaults: DatumMap = DatumMap(), lifecycle: Datum = ["Run": "true"], os: String = "linux", artifacts: Datum = []
) throws -> Recipe {
    try RecipeReader.read(
        document(
            name, version, needs: needs, soft: soft, defaults: defaults, lifecycle: lifecycle, os: os,
            artifacts: artifacts)
    ).recipe
}

func document(
    _ name: String = "com.x", _ version: String = "1.0.0", needs: [String: String] = [:], soft: [String: String] = [:],
    defaults: DatumMap = DatumMap(), lifecycle: Datum = ["Run": "true"], os: String = "linux", artifacts: Datum = []
) -> Datum {
    var dependencies = DatumMap()
    for (name, wanted) in needs.sorted(by: { $0.key < $1.key }) {
        dependencies[name] = ["VersionRequirement": .text(wanted)]
    }
    for (name, wanted) in soft.sorted(by: { $0.key < $1.key }) {
        dependencies[name] = ["VersionRequirement": .text(wanted), "DependencyType": "SOFT"]
    }
    return [
        "RecipeFormatVersion": "2020-01-25", "ComponentName": .text(name), "ComponentVersion": .text(version),
        "ComponentConfiguration": ["DefaultConfiguration": .map(defaults)], "ComponentDependencies": .map(dependencies),
        "Manifests": [["Platform": ["os": .text(os)], "Lifecycle": lifecycle, "Artifacts": artifacts]],
    ]
}

extension Datum {
    /// The same document with one place changed; nil takes it away.
    func with(_ path: [String], _ value: Datum?) -> Datum {
        guard let key = path.first else { return value ?? .null }
        let rest = Array(path.dropFirst())
        if case .list(var list) = self, let index = Int(key) {
            list[index] = list[index].with(rest, value)
            return .list(list)
        }
        var map = map ?? DatumMap()
        map[key] = rest.isEmpty ? value : (map[key] ?? .map(DatumMap())).with(rest, value)
        return .map(map)
    }
}

func name(_ text: String) -> ComponentName {
    guard let name = try? ComponentName(parsing: text) else { fatalError("a test names a component \(text)") }
    return name
}

func version(_ text: String) -> ComponentVersion {
    guard let version = try? ComponentVersion(parsing: text) else { fatalError("a test names a version \(text)") }
    return version
}

extension ComponentName: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self = name(text) }
}

extension ComponentVersion: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self = version(text) }
}

let linux = Platform.linux(architecture: "amd64")
