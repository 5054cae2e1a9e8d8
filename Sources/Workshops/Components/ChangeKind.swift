/// What a component must go through when one spec takes the place of another.
package enum ChangeKind: String, Hashable, Sendable {
    case same = "none"
    case restart, reinstall, new, removed

    package static func between(_ old: ComponentSpec, _ new: ComponentSpec) -> ChangeKind {
        let anew: [StepKind] = [.bootstrap, .install]
        if old.version != new.version || old.user != new.user || old.files != new.files
            || anew.contains(where: { old.steps[$0] != new.steps[$0] })
        {
            return .reinstall
        }
        let again: [StepKind] = [.startup, .run]
        let added = new.dependencies.contains { old.dependencies[$0.key] != $0.value }
        let moved =
            old.workFolder != new.workFolder || old.artifactFolder != new.artifactFolder || old.logFile != new.logFile
        if added || moved || old.environment != new.environment
            || again.contains(where: { old.steps[$0] != new.steps[$0] })
        {
            return .restart
        }
        return .same
    }

    /// By name, for whole sets.
    package static func between(_ old: [ComponentSpec], _ new: [ComponentSpec]) -> [String: ChangeKind] {
        let before = Dictionary(old.map { ($0.name, $0) }) { $1 }
        var kinds: [String: ChangeKind] = [:]
        for spec in new { kinds[spec.name] = before[spec.name].map { between($0, spec) } ?? .new }
        for spec in old where kinds[spec.name] == nil { kinds[spec.name] = .removed }
        return kinds
    }
}
