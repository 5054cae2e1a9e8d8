internal import Core
internal import Process

extension ComponentLife {
    // MARK: what steps report

    mutating func started(_ number: UInt64) {
        guard case .step(.run, number, let deadline) = phase else { return }
        main = Main(number: number, deadline: deadline)
        phase = .idle
        become(.running)
    }

    mutating func skipped(_ number: UInt64, _ now: Instant) {
        guard case .step(let kind, number, let deadline) = phase else { return }
        phase = .idle
        switch kind {
        case .startup, .run:
            mayNeedShutdown = false
            become(.finished, "\(kind.rawValue) was skipped")
        default: ended(kind, .code(0), deadline, now)
        }
    }

    mutating func failed(_ number: UInt64, _ reason: String, _ now: Instant) {
        if main?.number == number {
            main = nil
            if state == .running { fail(reason, now) }
        }
        guard case .step(let kind, number, _) = phase else { return }
        phase = .idle
        broke(kind, "\(kind.rawValue): \(reason)", now)
    }

    mutating func exited(_ number: UInt64, _ end: StepEnd, _ now: Instant) {
        if let main, main.number == number {
            self.main = nil
            // While it is being stopped, an end is what was asked for.
            guard state == .running, phase == .idle else { return }
            if end == .code(0) {
                mayNeedShutdown = false
                become(.finished)
            } else {
                fail("run ended with \(end)", now)
            }
        } else if case .step(let kind, number, let deadline) = phase {
            phase = .idle
            ended(kind, end, deadline, now)
        }
    }

    mutating func swept(_ now: Instant) {
        guard case .sweeping(_, let isHalt) = phase else { return }
        phase = .idle
        main = nil
        if isHalt { settle(now) }
    }

    mutating func reported(_ report: ComponentState, _ now: Instant) {
        guard state.accepts(report: report) else { return }
        switch report {
        case .errored: fail("it reported an error", now)
        case .running, .finished:
            if case .step(.startup, _, _) = phase { phase = .idle }
            become(report)
        default: break
        }
    }

    // MARK: ends of steps

    private mutating func ended(_ kind: StepKind, _ end: StepEnd, _ deadline: Instant, _ now: Instant) {
        if kind == .bootstrap, case .code(let code) = end, let request = NodeRequest(rawValue: code) {
            isBootstrapped = true
            phase = .held
            actions.append(.request(request))
            return
        }
        guard end == .code(0) else { return broke(kind, "\(kind.rawValue) ended with \(end)", now) }
        switch kind {
        case .bootstrap: isBootstrapped = true
        case .install: become(.installed)
        case .startup: become(.running)
        case .run, .recover: break
        // What is left of its time is for processes that it asked to end.
        case .shutdown where state == .stopping:
            sweep(grace: max(Self.briefGrace, deadline.since(now)), isHalt: true, now)
        case .shutdown: mayNeedShutdown = false
        case .uninstall:
            become(.uninstalled)
            sweep(grace: Self.briefGrace, isHalt: false, now)
        }
    }

    /// A step did not do what it should.
    mutating func broke(_ kind: StepKind, _ reason: String, _ now: Instant) {
        switch kind {
        case .bootstrap, .install, .startup, .run: fail(reason, now)
        case .recover: mendingFailed(reason, now)
        case .shutdown where state == .errored:
            mayNeedShutdown = false
            mendingFailed(reason, now)
        case .shutdown:
            _ = errors.note(in: .stopping, at: now)
            become(.errored, reason)
            sweep(grace: Self.briefGrace, isHalt: true, now)
        case .uninstall:
            become(.uninstalled, reason)
            sweep(grace: Self.briefGrace, isHalt: false, now)
        }
    }

    /// Mending is an attempt; the next start shows what it was worth.
    private mutating func mendingFailed(_ reason: String, _ now: Instant) {
        become(.errored, "\(self.reason); \(reason)")
        sweep(grace: Self.briefGrace, isHalt: false, now)
    }

    mutating func fail(_ reason: String, _ now: Instant) {
        if errors.isClean(at: now) { backOff.reset() }
        failedIn = state
        let isBroken = errors.note(in: state, at: now)
        mending = []
        if !isBroken {
            if spec.steps[.recover] != nil { mending.append(.recover) }
            if mayNeedShutdown, failedIn == .running, spec.steps[.shutdown] != nil { mending.append(.shutdown) }
            notBefore = now.advanced(by: backOff.next())
        }
        if isBroken || !mending.contains(.shutdown) { mayNeedShutdown = false }
        become(isBroken ? .broken : .errored, reason)
        sweep(grace: Self.briefGrace, isHalt: false, now)
    }

    /// What is past its time.
    mutating func expire(_ now: Instant) {
        if let late = main, late.deadline <= now, state == .running {
            main = nil
            fail("run did not end in time", now)
        }
        switch phase {
        case .step(let kind, _, let deadline) where deadline <= now:
            phase = .idle
            broke(kind, "\(kind.rawValue) did not end in time", now)
        case .sweeping(let until, let isHalt) where until <= now:
            phase = .idle
            main = nil
            reason = "some of its processes do not end"
            if isHalt { settle(now) }
        default: break
        }
    }
}
