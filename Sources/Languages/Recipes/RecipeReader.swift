package import Core

/// Reads a recipe. Keys and words are taken whatever their case; the first thing that is wrong is told with its path.
package struct RecipeReader {
    private var warnings: [RecipeWarning] = []

    private static let keys = [
        "RecipeFormatVersion", "ComponentName", "ComponentVersion", "ComponentType", "ComponentDescription",
        "ComponentPublisher", "ComponentSource", "ComponentConfiguration", "ComponentDependencies", "Manifests",
        "Lifecycle",
    ]
    private static let manifestKeys = ["Name", "Platform", "Lifecycle", "Selections", "Artifacts"]

    private init() {}

    package static func read(_ document: Datum) throws(Fault) -> (recipe: Recipe, warnings: [RecipeWarning]) {
        var reader = RecipeReader()
        guard document.map != nil else {
            throw Fault(.invalid, "the recipe is \(document.kindName), an object is wanted")
        }
        let top = RecipePlace(path: "", value: document)
        let keys = RecipeKeys(try top.members(), path: "", known: Self.keys, &reader.warnings)
        let recipe = try reader.recipe(keys)
        return (recipe, reader.warnings)
    }

    private mutating func recipe(_ keys: RecipeKeys) throws(Fault) -> Recipe {
        let format = try Self.required(keys, "RecipeFormatVersion")
        guard try format.text() == Recipe.format else { throw format.wrong("\"\(Recipe.format)\" is wanted") }
        var recipe = Recipe(
            name: try Self.parsed(try Self.required(keys, "ComponentName")) { (text) throws(Fault) in
                try ComponentName(parsing: text)
            },
            version: try Self.parsed(try Self.required(keys, "ComponentVersion")) { (text) throws(Fault) in
                try ComponentVersion(parsing: text)
            })
        recipe.kind = try keys["ComponentType"]?.choice(Recipe.Kind.self) ?? .generic
        recipe.summary = try keys["ComponentDescription"]?.text()
        recipe.publisher = try keys["ComponentPublisher"]?.text()
        recipe.source = try keys["ComponentSource"]?.text()
        recipe.defaultConfiguration = try defaults(keys["ComponentConfiguration"])
        recipe.dependencies = try dependencies(keys["ComponentDependencies"])
        recipe.manifests = try manifests(keys["Manifests"], keys["Lifecycle"])
        return recipe
    }

    private static func required(_ keys: RecipeKeys, _ name: String) throws(Fault) -> RecipePlace {
        guard let place = keys[name] else { throw Fault(.invalid, "\(keys.path(of: name)): it is missing") }
        return place
    }

    private static func parsed<Value>(
        _ place: RecipePlace, _ parse: (String) throws(Fault) -> Value
    ) throws(Fault) -> Value {
        let text = try place.text()
        do throws(Fault) { return try parse(text) } catch { throw place.at(error) }
    }

    private mutating func defaults(_ place: RecipePlace?) throws(Fault) -> DatumMap {
        guard let place else { return DatumMap() }
        let keys = RecipeKeys(try place.members(), path: place.path, known: ["DefaultConfiguration"], &warnings)
        guard let defaults = keys["DefaultConfiguration"] else { return DatumMap() }
        guard let map = defaults.value.map else { throw defaults.wrong("an object is wanted") }
        // Its keys are the component's own, but no two may be the same to whoever reads them.
        try Self.checkKeys(defaults)
        return map
    }

    private static func checkKeys(_ place: RecipePlace) throws(Fault) {
        if place.value.map != nil { for (_, inner) in try place.members() { try checkKeys(inner) } }
    }

    private mutating func dependencies(_ place: RecipePlace?) throws(Fault) -> [Dependency] {
        guard let place else { return [] }
        var list: [Dependency] = []
        for (name, inner) in try place.members() {
            let component: ComponentName
            do throws(Fault) { component = try ComponentName(parsing: name) } catch { throw inner.at(error) }
            let keys = RecipeKeys(
                try inner.members(), path: inner.path, known: ["VersionRequirement", "DependencyType"], &warnings)
            let requirement = try Self.parsed(try Self.required(keys, "VersionRequirement")) { (text) throws(Fault) in
                try VersionRequirement(parsing: text)
            }
            let kind = try keys["DependencyType"]?.choice(Dependency.Kind.self) ?? .hard
            list.append(Dependency(name: component, requirement: requirement, kind: kind))
        }
        return list
    }

    private mutating func manifests(_ place: RecipePlace?, _ lifecycle: RecipePlace?) throws(Fault) -> [Manifest] {
        let known = Self.manifestKeys
        var manifests: [RecipeKeys] = []
        for element in try place?.list() ?? [] {
            manifests.append(RecipeKeys(try element.members(), path: element.path, known: known, &warnings))
        }
        var selections: [[String]] = []
        for keys in manifests { selections.append(try Self.selections(keys["Selections"])) }
        let selectors = Set(selections.joined()).union(["all"])
        var read: [Manifest] = []
        for (keys, own) in zip(manifests, selections) {
            let reader = LifecycleReader(selectors: selectors, selections: own.isEmpty ? ["all"] : own)
            read.append(try manifest(keys, lifecycle, reader))
        }
        // Every manifest reads the recipe's lifecycle, and finds the same unknown keys in it.
        var seen: Set<RecipeWarning> = []
        warnings = warnings.filter { seen.insert($0).inserted }
        return read
    }

    private static func selections(_ place: RecipePlace?) throws(Fault) -> [String] {
        try place?.list().map { (place) throws(Fault) in try place.text().lowercased() } ?? []
    }

    private mutating func manifest(
        _ keys: RecipeKeys, _ global: RecipePlace?, _ reader: LifecycleReader
    ) throws(Fault) -> Manifest {
        var manifest = Manifest()
        manifest.name = try keys["Name"]?.text()
        manifest.platform = try Self.platform(keys["Platform"])
        if let own = keys["Lifecycle"], try !own.members().isEmpty {
            manifest.lifecycle = try LifecycleReader.whole.lifecycle(own, &warnings)
        } else if let global {
            manifest.lifecycle = try reader.lifecycle(global, &warnings)
        }
        if let place = keys["Artifacts"] {
            manifest.artifacts = try ArtifactReader.artifacts(place, manifest.lifecycle, &warnings)
        }
        return manifest
    }

    private static func platform(_ place: RecipePlace?) throws(Fault) -> PlatformRequirement {
        var attributes: [String: String] = [:]
        for (name, place) in try place?.members() ?? [] {
            let wanted = try place.text()
            if let complaint = PlatformRequirement.complaint(wanted) { throw place.wrong("which \(complaint)") }
            attributes[name.lowercased()] = wanted
        }
        return PlatformRequirement(attributes)
    }
}
