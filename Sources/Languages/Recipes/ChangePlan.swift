internal import Core

/// What becomes of each component when one set takes another's place.
package struct ChangePlan: Hashable, Sendable {
    package enum Change: String, Hashable, Comparable, Sendable {
        case none, restart, reinstall, new, removed

        /// How deep it cuts into a component that stays.
        private var depth: Int { self == .none ? 0 : self == .restart ? 1 : 2 }
        package static func < (left: Change, right: Change) -> Bool { left.depth < right.depth }
    }

    package struct Entry: Hashable, Sendable {
        package let name: ComponentName
        package var change: Change
        package var reasons: [String]
        /// The bootstrap step must run, which may restart the node.
        package var needsBootstrap = false
    }

    /// Those that are to be there in their order of starting, then those that go.
    package private(set) var entries: [Entry] = []

    package subscript(_ name: ComponentName) -> Entry? { entries.first { $0.name == name } }

    /// Both sets in their order of starting.
    package init(from old: [ReadyComponent], to new: [ReadyComponent]) {
        let before = Dictionary(uniqueKeysWithValues: old.map { ($0.name, $0) })
        let active = Set(new.filter(\.isActive).map(\.name))
        for component in new {
            var entry = ComponentChange(from: before[component.name], to: component).entry
            if entry.change < .restart { follow(component, active, &entry) }
            entries.append(entry)
        }
        let staying = Set(new.map(\.name))
        for component in old.reversed() where !staying.contains(component.name) {
            entries.append(Entry(name: component.name, change: .removed, reasons: ["nobody wants it any more"]))
        }
    }

    /// A hard dependency that stops takes its dependents with it. One that never runs anything does not: a component that only
    /// brings a model leaves whoever does not name its path alone.
    private func follow(_ component: ReadyComponent, _ active: Set<ComponentName>, _ entry: inout Entry) {
        for dependency in component.dependencies where dependency.kind == .hard && active.contains(dependency.name) {
            guard let leader = self[dependency.name], leader.change == .restart || leader.change == .reinstall else {
                continue
            }
            entry.change = .restart
            entry.reasons.append("follows \(dependency.name)")
        }
    }
}
