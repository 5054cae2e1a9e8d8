internal import Core

extension ComponentLife {
    mutating func become(_ state: ComponentState, _ reason: String = "") {
        self.reason = reason
        guard self.state != state || !reason.isEmpty else { return }
        self.state = state
        actions.append(.tell(state, reason: reason))
    }

    mutating func renew(_ kind: Renewal) {
        renewal = (renewal ?? kind).rawValue < kind.rawValue ? kind : renewal ?? kind
    }

    mutating func begin(_ kind: StepKind, _ now: Instant) {
        spawned += 1
        isStopped = false
        let timeout = spec.steps[kind]?.timeout ?? kind.usualTimeout
        phase = .step(kind, number: spawned, deadline: timeout.map { now.advanced(by: $0) } ?? .distantFuture)
        actions.append(.spawn(kind, number: spawned))
    }

    mutating func sweep(grace: UInt64, isHalt: Bool, _ now: Instant) {
        phase = .sweeping(until: now.advanced(by: grace + Self.sweepPatience), isHalt: isHalt)
        actions.append(.sweep(grace: grace))
    }

    // MARK: forward

    /// The next step of its course, while nothing is in progress.
    mutating func advance(_ now: Instant) {
        while phase == .idle, !mustHalt, wish == .up {
            switch state {
            case .new: prepare(now)
            case .installed:
                guard mayStart else { return }
                launch(now)
            case .errored:
                if mending.isEmpty {
                    guard notBefore <= now else { return }
                    become(failedIn == .new ? .new : .installed)
                } else {
                    begin(mending.removeFirst(), now)
                }
            case .starting, .running, .stopping, .finished, .broken, .uninstalling, .uninstalled: return
            }
        }
    }

    private mutating func prepare(_ now: Instant) {
        if !isBootstrapped, spec.steps[.bootstrap] != nil {
            mayNeedUninstall = true
            begin(.bootstrap, now)
        } else if spec.steps[.install] != nil {
            mayNeedUninstall = true
            begin(.install, now)
        } else {
            become(.installed)
        }
    }

    private mutating func launch(_ now: Instant) {
        become(.starting)
        mayNeedUninstall = true
        if spec.steps[.startup] != nil {
            mayNeedShutdown = true
            begin(.startup, now)
        } else if spec.steps[.run] != nil {
            mayNeedShutdown = true
            begin(.run, now)
        } else {
            become(.finished)
        }
    }

    // MARK: back

    /// Whether what it does now is not what is wanted any more.
    var mustHalt: Bool {
        if state == .uninstalled || state == .uninstalling { return false }
        switch phase {
        case .sweeping: return false
        case .step(.shutdown, _, _), .step(.uninstall, _, _): return false
        case .idle, .held, .step: break
        }
        if renewal != nil { return true }
        return wish != .up && mayStop && !isAtRest
    }

    /// It has been halted, and nothing has been asked of it since.
    private var isAtRest: Bool { isStopped && (wish != .gone || state == .uninstalled) }

    mutating func halt(_ now: Instant) {
        mending = []
        guard mayNeedShutdown else { return sweep(grace: Self.briefGrace, isHalt: true, now) }
        mayNeedShutdown = false
        become(.stopping)
        if spec.steps[.shutdown] != nil {
            begin(.shutdown, now)
        } else {
            // Nobody tells it to end but the signal: it has as long as a shutdown would have.
            sweep(grace: StepKind.shutdown.usualTimeout ?? Self.briefGrace, isHalt: true, now)
        }
    }

    /// Everything of it has ended: what was it ended for?
    mutating func settle(_ now: Instant) {
        isStopped = true
        if wish == .gone { return leave(now) }
        if let renewal { return renewed(renewal) }
        if state == .stopping || state == .errored || state == .starting || state == .running { become(.finished) }
    }

    private mutating func renewed(_ kind: Renewal) {
        renewal = nil
        if let successor { spec = successor }
        successor = nil
        switch kind {
        case .reinstall:
            errors = ErrorHistory()
            backOff.reset()
            isBootstrapped = false
            actions.append(.forget)
            become(.new)
        case .restart: if state != .new { become(.installed) }
        }
        isStopped = wish != .up
    }

    private mutating func leave(_ now: Instant) {
        renewal = nil
        actions.append(.forget)
        guard mayNeedUninstall, spec.steps[.uninstall] != nil else { return become(.uninstalled) }
        become(.uninstalling)
        begin(.uninstall, now)
    }
}
