internal import Core

/// Puts values for the variables of a component's steps, and notes those that have none.
struct StepFiller {
    let scope: VariableScope
    /// For faults.
    let component: String
    private(set) var unresolved: [ReadyComponent.Unresolved] = []

    init(scope: VariableScope, component: String) {
        self.scope = scope
        self.component = component
    }

    mutating func step(
        _ name: StepName, _ template: StepTemplate, _ shared: [EnvironmentEntry]
    ) throws(Fault) -> ReadyComponent.Step {
        var step = ReadyComponent.Step(script: filled(template.script, name))
        step.timeoutSeconds = try seconds(template.timeout, name) ?? name.defaultTimeout
        step.requiresPrivilege = try flag(template.requiresPrivilege, name, "RequiresPrivilege")
        step.runsOnRollback = try flag(template.runsOnRollback, name, "BootstrapOnRollback")
        step.skipIf = try skipIf(template.skipIf, name)
        let own = Set(template.environment.map(\.name))
        step.environment = (shared.filter { !own.contains($0.name) } + template.environment).map { entry in
            EnvironmentEntry(name: entry.name, value: filled(entry.value, name))
        }
        return step
    }

    private mutating func filled(_ text: String, _ step: StepName) -> String {
        var missing: [ReadyComponent.Unresolved] = []
        let filled = scope.filled(text) { missing.append(ReadyComponent.Unresolved(step: step, variable: $0)) }
        for variable in missing where !unresolved.contains(variable) { unresolved.append(variable) }
        return filled
    }

    private func wrong(_ step: StepName, _ key: String, _ found: String, _ wanted: String) -> Fault {
        Fault(.invalid, "\(component): Lifecycle.\(step.title).\(key) is \"\(found)\", \(wanted)")
    }

    private mutating func seconds(_ setting: Setting<Int>?, _ step: StepName) throws(Fault) -> Int? {
        switch setting {
        case nil: return nil
        case .value(let seconds): return seconds
        case .variable(let text):
            let found = filled(text, step)
            guard let seconds = Int(found), RecipePlace.secondsRange.contains(seconds) else {
                throw wrong(step, "Timeout", found, "whole seconds are wanted")
            }
            return seconds
        }
    }

    private mutating func flag(_ setting: Setting<Bool>, _ step: StepName, _ key: String) throws(Fault) -> Bool {
        switch setting {
        case .value(let flag): return flag
        case .variable(let text):
            let found = filled(text, step)
            guard let flag = Bool(found.lowercased()) else { throw wrong(step, key, found, "true or false is wanted") }
            return flag
        }
    }

    private mutating func skipIf(_ text: String?, _ step: StepName) throws(Fault) -> SkipCondition? {
        guard let text else { return nil }
        let found = filled(text, step)
        guard let condition = SkipCondition(parsing: found) else {
            throw wrong(step, "Skipif", found, "`onpath PROGRAM` or `exists PATH` is wanted")
        }
        return condition
    }
}
