/// The steps of a component's life, as written: variables still in them.
package struct Lifecycle: Hashable, Sendable {
    package var steps: [StepName: StepTemplate] = [:]
    package var environment: [EnvironmentEntry] = []

    package init() {}

    package var isEmpty: Bool { steps.isEmpty && environment.isEmpty }
}

package enum StepName: String, CaseIterable, Hashable, Comparable, Sendable {
    case bootstrap, install, startup, run, shutdown, recover, uninstall

    /// Seconds that are allowed when the recipe says nothing; `run` may take for ever.
    package var defaultTimeout: Int? {
        switch self {
        case .bootstrap, .install, .startup, .uninstall: 120
        case .recover: 60
        case .shutdown: 15
        case .run: nil
        }
    }

    /// As recipes write it.
    package var title: String { rawValue.prefix(1).uppercased() + rawValue.dropFirst() }

    package static func < (left: StepName, right: StepName) -> Bool { left.place < right.place }
    private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

package struct StepTemplate: Hashable, Sendable {
    package var script: String
    package var timeout: Setting<Int>?
    package var requiresPrivilege = Setting.value(false)
    package var skipIf: String?
    package var environment: [EnvironmentEntry] = []
    /// Of `bootstrap`: also when a deployment is taken back.
    package var runsOnRollback = Setting.value(false)

    package init(script: String) { self.script = script }
}

/// A value that may be a variable until the configuration is known.
package enum Setting<Value: Hashable & Sendable>: Hashable, Sendable {
    case value(Value)
    case variable(String)
}

/// A variable that a script finds in its environment.
package struct EnvironmentEntry: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
