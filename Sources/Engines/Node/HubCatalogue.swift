internal import Core
internal import JSON
internal import Recipes

/// Asks a hub for the recipes that a deployment takes: those that it names, and what they depend on.
struct HubCatalogue {
    /// A version that the hub chose.
    struct Choice: Hashable, Sendable {
        let arn: String
        let version: String
        let recipe: [UInt8]
    }

    /// The newest version of a component that satisfies every range, by who asks for it.
    let choose: (_ name: String, _ ranges: [String: String]) throws(Fault) -> Choice
    private static let questionsMax = 1000

    /// By component. A choice that changes takes what it asked for along.
    func choices(for roots: [String: String]) throws(Fault) -> [String: Choice] {
        var ranges: [String: [String: String]] = [:]
        var chosen: [String: Choice] = [:]
        var open: [String] = []
        for (name, range) in roots.sorted(by: { $0.key < $1.key }) {
            ranges[name, default: [:]]["the deployment"] = range
            open.append(name)
        }
        var questions = 0
        while !open.isEmpty {
            let name = open.removeFirst()
            guard !Self.isBuiltIn(name), let wanted = ranges[name], !wanted.isEmpty else {
                chosen[name] = nil
                continue
            }
            questions += 1
            guard questions <= Self.questionsMax else {
                throw Fault(.invalid, "the dependencies of \(name) come to no end")
            }
            let choice = try choose(name, wanted)
            guard chosen[name] != choice else { continue }
            if let before = chosen[name] {
                for dependency in try Self.dependencies(of: before) { ranges[dependency.name.text]?[name] = nil }
            }
            chosen[name] = choice
            for dependency in try Self.dependencies(of: choice) {
                ranges[dependency.name.text, default: [:]][name] = dependency.requirement.text
                open.append(dependency.name.text)
            }
        }
        return chosen
    }

    private static func isBuiltIn(_ name: String) -> Bool {
        (try? ComponentName(parsing: name)).map(BuiltInComponents.has) ?? false
    }

    private static func dependencies(of choice: Choice) throws(Fault) -> [Dependency] {
        try RecipeText.read(choice.recipe).recipe.dependencies
    }
}
