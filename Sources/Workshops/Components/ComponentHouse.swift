internal import CKernel
package import Core
internal import Files
internal import Glibc
internal import Process
internal import Synchronization

/// The shell around `ComponentPlan`: starts what it says, ends what it says, and tells it what happened.
///
/// Concurrency: one thread owns the plan and the running steps; orders reach it through `inbox`, and what others may read
/// lies in `board`. News are told on that thread: whoever listens returns soon.
package final class ComponentHouse: Sendable {
    private enum Letter: Sendable {
        case change([ComponentSpec], NewsStand<[String: ChangeKind]>)
        case order(String, ComponentLife.Order)
        case report(String, ComponentState)
        case stopAll(Flagpole)
    }

    private let settings: HouseSettings
    private let news: @Sendable (HouseNews) -> Void
    private let tokens: TokenRing
    private let logs: LogDesk
    private let memory: StepMemory
    private struct Inbox { var letters: [Letter] = []; var isClosed = false }
    private let inbox = Mutex(Inbox())
    /// Two houses of one folder would end each other's components.
    private let lock: FileLock
    private let board = Mutex<[ComponentRow]>([])
    private let wake: Int32

    package init(
        _ settings: HouseSettings, tokens: TokenRing, news: @escaping @Sendable (HouseNews) -> Void
    ) throws(Fault) {
        self.settings = settings
        self.tokens = tokens
        self.news = news
        logs = try LogDesk(settings.logs)
        memory = try StepMemory(settings.folder)
        lock = try FileLock(
            settings.folder + "/lock",
            refusal: Fault(
                .unavailable, "another lineside looks after the components of \(settings.folder)",
                hint: "stop that one first, or give each a folder of its own"))
        wake = ls_eventfd()
        guard wake >= 0 else { throw Fault.system("making a bell for the components") }
    }

    deinit { close(wake) }

    /// Opens the house: first whatever an earlier one of the same folder left behind is ended.
    package func start() {
        let left = ProcessTree.kill(markedBy: "\(Surroundings.houseVariable)=\(settings.folder)")
        if left > 0 { Log.line("\(left) processes of components were left from before, and are ended") }
        if !UserAccount.mayChange {
            Log.line("not root: components run as this user, also those that ask for privilege or name another")
        }
        logs.start()
        Lane.start("components") { self.run() }
    }

    // MARK: orders, from any thread

    /// Makes this the set of components and returns at once what that means for each; `rows` and the news show how it goes.
    @discardableResult package func change(to specs: [ComponentSpec]) throws(Fault) -> [String: ChangeKind] {
        _ = try ComponentOrder.sorted(specs)
        if let twice = Dictionary(grouping: specs, by: \.name).first(where: { $1.count > 1 }) {
            throw Fault(.invalid, "component \(twice.key) is named twice")
        }
        let answer = NewsStand<[String: ChangeKind]>()
        try post(.change(specs, answer))
        return answer.wait()
    }

    package func restart(_ name: String) throws(Fault) {
        if try row(name).state == .broken {
            throw Fault(
                .invalid,
                "\(name) is BROKEN: it failed three times within an hour, and a restart would not change that",
                hint: "look into its log, then reinstall it or deploy another version")
        }
        try post(.order(name, .restart))
    }

    package func reinstall(_ name: String) throws(Fault) { try order(name, .reinstall) }
    package func stop(_ name: String) throws(Fault) { try order(name, .stop) }
    package func start(_ name: String) throws(Fault) { try order(name, .start) }
    /// After a bootstrap asked for something, and got it or does without.
    package func goOn(_ name: String) throws(Fault) { try order(name, .goOn) }
    /// For whoever speaks with components: what one says of its own state.
    package func report(_ name: String, _ state: ComponentState) throws(Fault) { try post(.report(name, state)) }

    /// Stops everything, dependents first, each within its time-outs; returns when nothing runs any more. The house is
    /// then closed.
    package func stopAll() {
        let down = Flagpole()
        // Closed already, there is nothing to wait for.
        guard (try? post(.stopAll(down))) != nil else { return }
        down.wait()
        logs.close()
    }

    package var rows: [ComponentRow] { board.withLock { $0 } }

    private func row(_ name: String) throws(Fault) -> ComponentRow {
        guard let row = rows.first(where: { $0.name == name }) else {
            throw Fault(.notFound, "there is no component \(name) here")
        }
        return row
    }

    private func order(_ name: String, _ order: ComponentLife.Order) throws(Fault) {
        _ = try row(name)
        try post(.order(name, order))
    }

    private func post(_ letter: Letter) throws(Fault) {
        let isTaken = inbox.withLock { inbox in
            guard !inbox.isClosed else { return false }
            inbox.letters.append(letter)
            // Nothing is taken after a stop of everything.
            if case .stopAll = letter { inbox.isClosed = true }
            return true
        }
        guard isTaken else { throw Fault(.unavailable, "the components are stopping") }
        ls_eventfd_ring(wake)
    }

    // MARK: the thread

    private struct Work {
        var plan = ComponentPlan()
        var steps: [GuardedStep] = []
        /// Components whose sweep has not been answered.
        var sweeping: Set<String> = []
        var deeds: [ComponentPlan.Deed] = []
        var starts: [String: UInt64] = [:]
        /// When each came into its state, in milliseconds since 1970.
        var since: [String: UInt64] = [:]
        var known: [String: ComponentSpec] = [:]
        var leaving: Flagpole?
    }

    private func run() {
        var work = Work()
        while true {
            wait(work)
            for letter in letters() { read(letter, &work) }
            listen(&work)
            work.deeds += work.plan.tick(now: .now)
            perform(&work)
            publish(&work)
            // Processes that the kernel holds are left to their wardens, which see us go.
            if let leaving = work.leaving, work.plan.isDown { return leaving.raise() }
        }
    }

    private func letters() -> [Letter] {
        inbox.withLock { inbox in
            defer { inbox.letters = [] }
            return inbox.letters
        }
    }

    private func wait(_ work: Work) {
        var waits = work.steps.map { pollfd(fd: $0.line.descriptor, events: Int16(POLLIN), revents: 0) }
        waits.append(pollfd(fd: wake, events: Int16(POLLIN), revents: 0))
        if let end = work.plan.wakesAt {
            _ = unsafe ls_poll_until(&waits, Int32(waits.count), end.nanoseconds)
        } else {
            _ = unsafe poll(&waits, nfds_t(waits.count), -1)
        }
        if waits[waits.count - 1].revents != 0 { ls_eventfd_hush(wake) }
    }

    private func read(_ letter: Letter, _ work: inout Work) {
        switch letter {
        case .change(let specs, let answer):
            let (kinds, deeds) = work.plan.change(to: specs, now: .now)
            work.deeds += deeds
            perform(&work)
            publish(&work)
            answer.post(kinds)
        case .order(let name, let order): work.deeds += work.plan.obey(name, order, now: .now)
        case .report(let name, let state): work.deeds += work.plan.handle(name, .reported(state), now: .now)
        case .stopAll(let flag):
            work.leaving = flag
            work.deeds += work.plan.stopAll(now: .now)
        }
    }

    /// What wardens have to say.
    private func listen(_ work: inout Work) {
        for place in work.steps.indices.reversed() {
            while true {
                let reception = work.steps[place].line.receive()
                if reception == .nothing { break }
                if !hear(reception, place, &work) { break }
            }
        }
        for name in work.sweeping where !work.steps.contains(where: { $0.name == name }) {
            work.sweeping.remove(name)
            work.deeds += work.plan.handle(name, .swept, now: .now)
        }
    }

    /// False when that was the last of this step.
    private func hear(_ reception: WardenLine.Reception, _ place: Int, _ work: inout Work) -> Bool {
        let step = work.steps[place]
        switch reception {
        case .news(.started(let pid)):
            work.steps[place].pid = pid
            tell(.started(step.number), step, &work)
        case .news(.failed(let stage, let errno)):
            work.steps[place].isOver = true
            let reason = Fault.system(stage.text, errno: errno).message
            logs.note("\(step.kind.rawValue) cannot be started: \(reason)", in: step.logFile)
            tell(.failed(step.number, reason: reason), step, &work)
        case .news(.exited(let end)):
            work.steps[place].isOver = true
            work.steps[place].pid = nil
            logs.note("\(step.kind.rawValue) ended with \(end)", in: step.logFile)
            if end == .code(0), step.kind == .install || step.kind == .bootstrap { remember(step, work) }
            if case .code(let code) = end, step.kind == .bootstrap, NodeRequest(rawValue: code) != nil {
                remember(step, work)
            }
            tell(.exited(step.number, end), step, &work)
        case .news(.empty), .gone:
            _ = step.line.warden.wait()
            work.steps.remove(at: place)
            if reception == .gone { lostWarden(step, &work) }
            return false
        case .nothing: break
        }
        return true
    }

    private func tell(_ event: ComponentLife.Event, _ step: GuardedStep, _ work: inout Work) {
        work.deeds += work.plan.handle(step.name, event, now: .now)
        perform(&work)
    }

    /// Somebody killed a warden: the kernel killed its step's first process, and the rest is found by its environment.
    private func lostWarden(_ step: GuardedStep, _ work: inout Work) {
        _ = ProcessTree.kill(markedBy: step.mark)
        guard !step.isOver else { return }
        logs.note("\(step.kind.rawValue) was killed with its warden", in: step.logFile)
        tell(.failed(step.number, reason: "its warden was killed"), step, &work)
    }

    private func remember(_ step: GuardedStep, _ work: Work) {
        guard let spec = work.plan.lives[step.name]?.spec else { return }
        do throws(Fault) { try memory.note(step.kind, of: spec) } catch {
            Log.line("\(step.name): that its \(step.kind.rawValue) is done cannot be noted: \(error)")
        }
    }

    // MARK: deeds

    private func perform(_ work: inout Work) {
        while !work.deeds.isEmpty {
            let deed = work.deeds.removeFirst()
            switch deed.action {
            case .spawn(let kind, let number): spawn(deed.name, kind, number, &work)
            case .sweep(let grace): sweep(deed.name, grace, &work)
            case .forget: memory.forget(deed.name)
            case .tell(let state, let reason): note(deed.name, state, reason, &work)
            case .request(let request): news(.request(name: deed.name, request))
            }
        }
    }

    private func spawn(_ name: String, _ kind: StepKind, _ number: UInt64, _ work: inout Work) {
        guard let spec = work.plan.lives[name]?.spec, let step = spec.steps[kind] else { return }
        func answer(_ event: ComponentLife.Event) { work.deeds += work.plan.handle(name, event, now: .now) }
        do throws(Fault) {
            let preparation = StepPreparation(
                spec: spec, kind: kind, step: step, settings: settings, token: tokens.token(of: name))
            if (kind == .install || kind == .bootstrap) && memory.remembers(kind, of: spec) {
                return answer(.skipped(number))
            }
            if try preparation.isSkipped() {
                logs.note("\(kind.rawValue) is skipped: \(step.skipIf ?? "")", in: spec.logFile)
                return answer(.skipped(number))
            }
            work.steps.append(try preparation.start(number: number, logs))
            if kind == .startup || kind == .run { work.starts[name, default: 0] += 1 }
            logs.note("\(kind.rawValue) of version \(spec.version) begins", in: spec.logFile)
        } catch {
            logs.note("\(kind.rawValue) cannot be started: \(error)", in: spec.logFile)
            answer(.failed(number, reason: "\(error)"))
        }
    }

    private func sweep(_ name: String, _ grace: UInt64, _ work: inout Work) {
        for step in work.steps where step.name == name { step.line.end(grace: grace) }
        work.sweeping.insert(name)
        guard !work.steps.contains(where: { $0.name == name }) else { return }
        work.sweeping.remove(name)
        work.deeds += work.plan.handle(name, .swept, now: .now)
    }

    // MARK: what others see

    private func note(_ name: String, _ state: ComponentState, _ reason: String, _ work: inout Work) {
        work.since[name] = WallClock.milliseconds
        guard let spec = work.plan.lives[name]?.spec ?? work.known[name] else { return }
        news(.state(row(spec, state, reason, work)))
    }

    private func row(_ spec: ComponentSpec, _ state: ComponentState, _ reason: String, _ work: Work) -> ComponentRow {
        let step = work.steps.last { step in
            step.name == spec.name && !step.isOver && (step.kind == .run || step.kind == .startup)
        }
        return ComponentRow(
            name: spec.name, version: spec.version, state: state, reason: reason, since: work.since[spec.name] ?? 0,
            pid: step?.pid, waitsFor: work.plan.waits(spec.name), starts: work.starts[spec.name] ?? 0)
    }

    private func publish(_ work: inout Work) {
        let lives = work.plan.lives
        for (name, spec) in work.known where lives[name] == nil {
            logs.forget(spec.logFile)
            work.known[name] = nil
            work.starts[name] = nil
            tokens.forget(name)
        }
        for (name, life) in lives { work.known[name] = life.spec }
        let rows = lives.values.map { row($0.spec, $0.state, $0.reason, work) }.sorted { $0.name < $1.name }
        board.withLock { $0 = rows }
    }
}
