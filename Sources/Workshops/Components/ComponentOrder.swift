package import Core

/// Who waits for whom, as values.
package struct ComponentOrder: Hashable, Sendable {
    private let dependencies: [String: [String: DependencyKind]]
    private let dependents: [String: [String]]

    package init(_ specs: [ComponentSpec]) {
        dependencies = Dictionary(specs.map { ($0.name, $0.dependencies) }) { $1 }
        var dependents: [String: [String]] = [:]
        for spec in specs { for name in spec.dependencies.keys { dependents[name, default: []].append(spec.name) } }
        self.dependents = dependents.mapValues { $0.sorted() }
    }

    /// What keeps `name` from starting: its hard dependencies that do not run, or are not here.
    package func waits(_ name: String, _ state: (String) -> ComponentState?) -> [String] {
        hard(name).filter { state($0)?.isReady != true }
    }

    /// Whoever starts again when `name` fails or starts again.
    package func followers(of name: String) -> [String] {
        (dependents[name] ?? []).filter { dependencies[$0]?[name] == .hard }
    }

    /// Whoever stops before `name` does, when both are to stop.
    package func dependents(of name: String) -> [String] { dependents[name] ?? [] }

    private func hard(_ name: String) -> [String] {
        (dependencies[name] ?? [:]).filter { $0.value == .hard }.keys.sorted()
    }

    /// Names with every dependency before its dependents; a ring of them is a fault that names its members.
    package static func sorted(_ specs: [ComponentSpec]) throws(Fault) -> [String] {
        var waiting = Dictionary(specs.map { ($0.name, Set($0.dependencies.keys)) }) { $1 }
        let known = Set(waiting.keys)
        for name in known { waiting[name]?.formIntersection(known) }
        var sorted: [String] = []
        while !waiting.isEmpty {
            let free = waiting.filter { $0.value.isEmpty }.keys.sorted()
            guard !free.isEmpty else {
                throw Fault(
                    .invalid, "components depend on each other in a ring: \(ring(waiting).joined(separator: " -> "))",
                    hint: "take one of these dependencies out")
            }
            for name in free {
                waiting[name] = nil
                sorted.append(name)
            }
            for name in waiting.keys { waiting[name]?.subtract(free) }
        }
        return sorted
    }

    /// Following any dependency of what waits leads round a ring.
    private static func ring(_ waiting: [String: Set<String>]) -> [String] {
        guard var name = waiting.keys.min() else { return [] }
        var path: [String] = []
        while !path.contains(name) {
            path.append(name)
            guard let next = waiting[name]?.min() else { return path }
            name = next
        }
        return Array(path.drop { $0 != name }) + [name]
    }
}
