internal import Core

/// One component as it is to run: everything looked up and filled in, nothing left to be found out.
package struct ComponentSpec: Hashable, Sendable {
    package var name: String
    package var version: String
    package var steps: [StepKind: StepSpec]
    /// For every step, unless the step says otherwise.
    package var environment: [String: String]
    /// The same, but nothing that a component is started again for: it finds them at its next start.
    package var ambient: [String: String] = [:]
    /// Names the bytes of its artifacts: other ones under the same version are another installation.
    package var files = ""
    package var dependencies: [String: DependencyKind]
    /// `user` or `user:group`; nil leaves it to the house.
    package var user: String?
    /// Made when it is not there, and owned by the component's user. The components' HOME.
    package var workFolder: String
    package var artifactFolder: String
    package var logFile: String

    package init(
        name: String, version: String, steps: [StepKind: StepSpec] = [:], environment: [String: String] = [:],
        dependencies: [String: DependencyKind] = [:], user: String? = nil, workFolder: String,
        artifactFolder: String = "", logFile: String
    ) {
        self.name = name
        self.version = version
        self.steps = steps
        self.environment = environment
        self.dependencies = dependencies
        self.user = user
        self.workFolder = workFolder
        self.artifactFolder = artifactFolder
        self.logFile = logFile
    }

    package var hardDependencies: [String] { dependencies.filter { $0.value == .hard }.keys.sorted() }
}

/// HARD: not started before it runs, and started again with it. SOFT: neither; only the order of stopping knows it.
package enum DependencyKind: String, Hashable, Sendable { case hard = "HARD", soft = "SOFT" }

/// The steps of a life, named as recipes name them.
package enum StepKind: String, Hashable, Sendable, CaseIterable {
    case bootstrap, install, startup, run, shutdown, recover, uninstall

    /// How long it may take when its recipe does not say; nil is for ever.
    package var usualTimeout: UInt64? {
        switch self {
        case .run: nil
        case .shutdown: 15 * Span64.second
        case .recover: 60 * Span64.second
        case .bootstrap, .install, .startup, .uninstall: 120 * Span64.second
        }
    }
}

/// One step: a script for `/bin/sh -c`, and what it needs.
package struct StepSpec: Hashable, Sendable {
    package var script: String
    /// Nanoseconds; nil for the usual.
    package var timeout: UInt64?
    package var requiresPrivilege: Bool
    /// As written: it is read when the step is due, and a bad one fails the step.
    package var skipIf: String?
    package var environment: [String: String]

    package init(
        _ script: String, timeout: UInt64? = nil, requiresPrivilege: Bool = false, skipIf: String? = nil,
        environment: [String: String] = [:]
    ) {
        self.script = script
        self.timeout = timeout
        self.requiresPrivilege = requiresPrivilege
        self.skipIf = skipIf
        self.environment = environment
    }
}
