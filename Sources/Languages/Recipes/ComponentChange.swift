internal import Core

/// What is different about one component, and what that costs it.
struct ComponentChange {
    private(set) var entry: ChangePlan.Entry

    init(from old: ReadyComponent?, to new: ReadyComponent) {
        guard let old else {
            entry = ChangePlan.Entry(name: new.name, change: .new, reasons: ["it was not there"])
            entry.needsBootstrap = new.steps[.bootstrap] != nil
            return
        }
        entry = ChangePlan.Entry(name: new.name, change: .none, reasons: [])
        if old.version != new.version { note(.reinstall, "version \(old.version) -> \(new.version)") }
        if old.runsAs != new.runsAs {
            note(.reinstall, "runs as \(old.runsAs ?? "the default user") -> \(new.runsAs ?? "the default user")")
        }
        compareArtifacts(old, new)
        compareSteps(old, new)
        compareDependencies(old, new)
        let isBootstrapChanged = old.steps[.bootstrap] != new.steps[.bootstrap]
        entry.needsBootstrap = new.steps[.bootstrap] != nil && (old.version != new.version || isBootstrapChanged)
    }

    private mutating func note(_ change: ChangePlan.Change, _ reason: String) {
        entry.change = max(entry.change, change)
        entry.reasons.append(reason)
    }

    private mutating func compareArtifacts(_ old: ReadyComponent, _ new: ReadyComponent) {
        if Set(old.artifacts) != Set(new.artifacts) { note(.reinstall, "other artifacts") }
    }

    private mutating func compareSteps(_ old: ReadyComponent, _ new: ReadyComponent) {
        for name in StepName.allCases where old.steps[name] != new.steps[name] {
            switch name {
            case .bootstrap, .install: note(.reinstall, "\(name.title) changed")
            case .startup, .run: note(.restart, "\(name.title) changed")
            case .shutdown, .recover, .uninstall: note(.none, "\(name.title) changed, for the next time it is needed")
            }
        }
    }

    private mutating func compareDependencies(_ old: ReadyComponent, _ new: ReadyComponent) {
        let before = Dictionary(uniqueKeysWithValues: old.dependencies.map { ($0.name, $0.kind) })
        for dependency in new.dependencies {
            switch before[dependency.name] {
            case nil: note(.restart, "depends on \(dependency.name) now")
            case .soft? where dependency.kind == .hard: note(.restart, "depends hard on \(dependency.name) now")
            default: continue
            }
        }
    }
}
