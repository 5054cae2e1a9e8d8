internal import CKernel
internal import Core
internal import Files
internal import Glibc
internal import Process

/// A step under its warden, as the house keeps it.
struct GuardedStep {
    let name: String
    let kind: StepKind
    let number: UInt64
    let line: WardenLine
    let logFile: String
    /// `NAME=value` in the environment of whatever belongs to it.
    let mark: String
    var pid: Int32?
    /// Its first process has ended and that was told.
    var isOver = false
}

/// Everything that is done before a step runs.
struct StepPreparation {
    let spec: ComponentSpec
    let kind: StepKind
    let step: StepSpec
    let settings: HouseSettings
    let token: String

    private var user: String { step.requiresPrivilege ? "root" : spec.user ?? settings.user }

    private var variables: [String: String] {
        settings.surroundings.environment(of: spec, step, token: token, house: settings.folder, user: user)
    }

    func isSkipped() throws(Fault) -> Bool {
        guard let text = step.skipIf else { return false }
        let path = variables["PATH"] ?? ""
        return try SkipCondition(parsing: text).holds { question in
            switch question {
            case .exists(let place): FileAccess.facts(place) != nil
            case .onPath(let program):
                path.split(separator: ":").contains { FileAccess.isExecutable("\($0)/\(program)") }
            }
        }
    }

    func start(number: UInt64, _ logs: LogDesk) throws(Fault) -> GuardedStep {
        let account = try StepAccount.account(of: spec, step, usual: settings.user)
        try makeFolders(account)
        let order = StepOrder(
            command: ["/bin/sh", "-c", step.script], folder: spec.workFolder,
            environment: variables.map { "\($0)=\($1)" }, account: account)
        let out = try logs.pipe(to: spec.logFile, label: "\(kind.rawValue) out")
        defer { close(out) }
        let err = try logs.pipe(to: spec.logFile, label: "\(kind.rawValue) err")
        defer { close(err) }
        let line = try WardenLine.start(
            settings.warden, label: "\(spec.name)/\(kind.rawValue)", order: order, out: out, err: err)
        return GuardedStep(
            name: spec.name, kind: kind, number: number, line: line, logFile: spec.logFile,
            mark: "\(Surroundings.tokenVariable)=\(token)")
    }

    private func makeFolders(_ account: UserAccount?) throws(Fault) {
        try FileAccess.makeFolder(spec.workFolder)
        // The component's own, whoever ran its last step; a privileged step may have made it.
        let owner = try UserAccount.mayChange ? UserAccount(parsing: spec.user ?? settings.user) : nil
        if let owner { try FileAccess.give(spec.workFolder, user: owner.user, group: owner.group) }
        try FileAccess.makeFolder(PathName.folder(of: spec.logFile))
        if let python = settings.surroundings.python, !step.requiresPrivilege {
            let folder = python.folder(of: user)
            try FileAccess.makeFolder(folder)
            if let owner { try FileAccess.give(folder, user: owner.user, group: owner.group) }
        }
    }
}
