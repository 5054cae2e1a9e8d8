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

    /// By component.
    func choices(for roots: [String: String]) throws(Fault) -> [String: Choice] {
        var search = Search()
        for (name, range) in roots.sorted(by: { $0.key < $1.key }) { search.want(name, range, by: "the deployment") }
        for _ in 0..<Self.questionsMax {
            guard let (name, ranges) = try search.next() else { return search.chosen }
            try search.take(try choose(name, ranges), for: name)
        }
        throw Fault(.invalid, "the dependencies come to no end")
    }
}

/// What has been chosen so far, by whose wishes, and what is still to be asked.
private struct Search {
    private(set) var chosen: [String: HubCatalogue.Choice] = [:]
    private var ranges: [String: [String: String]] = [:]
    private var open: [String] = []

    mutating func want(_ name: String, _ range: String, by requirer: String) {
        ranges[name, default: [:]][requirer] = range
        open.append(name)
    }

    /// The next component to ask for; what nobody wants any more is let go on the way.
    mutating func next() throws(Fault) -> (name: String, ranges: [String: String])? {
        while !open.isEmpty {
            let name = open.removeFirst()
            if Self.isBuiltIn(name) { continue }
            if let wanted = ranges[name], !wanted.isEmpty { return (name, wanted) }
            try drop(name)
        }
        return nil
    }

    /// A choice that changes takes its wishes along.
    mutating func take(_ choice: HubCatalogue.Choice, for name: String) throws(Fault) {
        guard chosen[name] != choice else { return }
        try drop(name)
        chosen[name] = choice
        for dependency in try Self.dependencies(of: choice) {
            want(dependency.name.text, dependency.requirement.text, by: name)
        }
    }

    private mutating func drop(_ name: String) throws(Fault) {
        guard let before = chosen.removeValue(forKey: name) else { return }
        for dependency in try Self.dependencies(of: before) {
            ranges[dependency.name.text]?[name] = nil
            open.append(dependency.name.text)
        }
    }

    private static func isBuiltIn(_ name: String) -> Bool {
        (try? ComponentName(parsing: name)).map(BuiltInComponents.has) ?? false
    }

    private static func dependencies(of choice: HubCatalogue.Choice) throws(Fault) -> [Dependency] {
        try RecipeText.read(choice.recipe).recipe.dependencies
    }
}
