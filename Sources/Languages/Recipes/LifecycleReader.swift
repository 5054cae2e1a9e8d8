internal import Core

/// Reads the steps of a lifecycle. In a recipe's own one any level may name selections instead of what belongs there.
struct LifecycleReader {
    /// Every word that some manifest of the recipe selects by.
    let selectors: Set<String>
    /// This manifest's, the preferred one first.
    let selections: [String]

    private static let keys = StepName.allCases.map(\.title) + ["Setenv"]
    private static let stepKeys = ["Script", "Timeout", "RequiresPrivilege", "Skipif", "Setenv", "BootstrapOnRollback"]

    /// A lifecycle in which nothing is selected.
    static let whole = LifecycleReader(selectors: [], selections: [])

    func lifecycle(_ place: RecipePlace, _ warnings: inout [RecipeWarning]) throws(Fault) -> Lifecycle {
        var lifecycle = Lifecycle()
        guard let place = try selected(place) else { return lifecycle }
        let keys = RecipeKeys(try place.members(), path: place.path, known: Self.keys, &warnings)
        for name in StepName.allCases {
            guard let stepPlace = keys[name.title] else { continue }
            lifecycle.steps[name] = try step(stepPlace, &warnings)
        }
        lifecycle.environment = try environment(keys["Setenv"])
        return lifecycle
    }

    /// What the first selection that is there leads to; nil when the level is about selections and none of ours is.
    private func selected(_ place: RecipePlace) throws(Fault) -> RecipePlace? {
        guard place.value.map != nil else { return place }
        let members = try place.members()
        guard members.contains(where: { selectors.contains($0.key.lowercased()) }) else { return place }
        for selection in selections {
            if let chosen = members.first(where: { $0.key.lowercased() == selection }) {
                return try selected(chosen.place)
            }
        }
        return nil
    }

    private func step(_ place: RecipePlace, _ warnings: inout [RecipeWarning]) throws(Fault) -> StepTemplate? {
        guard let place = try selected(place) else { return nil }
        if place.value.text != nil { return StepTemplate(script: try place.text()) }
        guard place.value.map != nil else { throw place.wrong("a script or an object with a Script is wanted") }
        let keys = RecipeKeys(try place.members(), path: place.path, known: Self.stepKeys, &warnings)
        guard let scriptPlace = try keys["Script"].map({ (place) throws(Fault) in try selected(place) }) else {
            throw Fault(.invalid, "\(keys.path(of: "Script")): it is missing", hint: "say what the step does")
        }
        // A selection may leave nothing of it on this platform.
        guard let scriptPlace else { return nil }
        var step = StepTemplate(script: try scriptPlace.text())
        step.timeout = try keys["Timeout"]?.seconds()
        step.requiresPrivilege = try keys["RequiresPrivilege"]?.flag() ?? .value(false)
        step.runsOnRollback = try keys["BootstrapOnRollback"]?.flag() ?? .value(false)
        step.skipIf = try keys["Skipif"].map { (place) throws(Fault) in try Self.skipIf(place) }
        step.environment = try environment(keys["Setenv"])
        return step
    }

    private static func skipIf(_ place: RecipePlace) throws(Fault) -> String {
        let text = try place.text()
        guard Variable.isIn(text) || SkipCondition(parsing: text) != nil else {
            throw place.wrong("`onpath PROGRAM` or `exists PATH` is wanted, perhaps after a '!'")
        }
        return text
    }

    private func environment(_ place: RecipePlace?) throws(Fault) -> [EnvironmentEntry] {
        guard let place = try place.flatMap({ (place) throws(Fault) in try selected(place) }) else { return [] }
        return try place.members().map { (name, place) throws(Fault) in
            guard !name.isEmpty, !name.contains("="), !name.utf8.contains(0) else {
                throw Fault(.invalid, "\(place.path): \"\(name)\" cannot be the name of a variable")
            }
            return EnvironmentEntry(name: name, value: try Self.word(place))
        }
    }

    /// Numbers and booleans as people write them.
    private static func word(_ place: RecipePlace) throws(Fault) -> String {
        switch place.value {
        case .text: return try place.text()
        case .whole(let whole): return "\(whole)"
        case .number(let number): return "\(number)"
        case .bool(let bool): return "\(bool)"
        default: throw place.wrong("a string is wanted")
        }
    }
}
