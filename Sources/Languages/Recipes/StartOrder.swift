package import Core

/// The order in which components start: each after all that it depends on, otherwise by name.
package enum StartOrder {
    package static func order(_ dependencies: [ComponentName: [ComponentName]]) throws(Fault) -> [ComponentName] {
        var order: [ComponentName] = []
        var done: Set<ComponentName> = []
        var waiting = dependencies.keys.sorted()
        while !waiting.isEmpty {
            let ready = waiting.filter { name in
                dependencies[name]?.allSatisfy { done.contains($0) || dependencies[$0] == nil } ?? true
            }
            guard !ready.isEmpty else { throw cycle(among: waiting, dependencies) }
            order += ready
            done.formUnion(ready)
            waiting.removeAll { done.contains($0) }
        }
        return order
    }

    /// Each of these waits for another of them: whoever follows the first one that waits comes back to where they were.
    private static func cycle(among waiting: [ComponentName], _ dependencies: [ComponentName: [ComponentName]]) -> Fault
    {
        let stuck = Set(waiting)
        var way: [ComponentName] = []
        var name = waiting[0]
        while !way.contains(name) {
            way.append(name)
            name = dependencies[name]?.filter { stuck.contains($0) }.min() ?? name
        }
        let circle = way[(way.firstIndex(of: name) ?? 0)...] + [name]
        return Fault(
            .invalid, "components depend on each other in a circle: " + circle.map(\.text).joined(separator: " -> "),
            hint: "take one of these dependencies out")
    }
}
