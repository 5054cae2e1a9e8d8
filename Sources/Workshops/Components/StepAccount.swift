internal import Core
internal import Process

/// Whom a step runs as: root if it asks for privilege, its component's user, or the house's.
enum StepAccount {
    /// nil: as the node itself, which is not root and may not change that.
    static func account(of spec: ComponentSpec, _ step: StepSpec, usual: String) throws(Fault) -> UserAccount? {
        guard UserAccount.mayChange else { return nil }
        return step.requiresPrivilege ? .root : try UserAccount(parsing: spec.user ?? usual)
    }
}
