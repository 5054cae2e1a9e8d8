internal import Core
package import EngineKeeping
internal import Images
internal import Link
internal import Synchronization

/// Where a model's engine sits: it is started, replaced by a newer release between two parts, and started again when it
/// dies. The one that was replaced is kept warm beside it until the newer one has proved itself.
///
/// Concurrency: confined to the decision thread, except the inbox that keepers' threads post to.
@safe package final class EngineSeat: @unchecked Sendable {
    private enum News: Sendable {
        case ready(ReleaseFile, EngineHandle)
        case failed(ReleaseFile, Fault)
        case ended(Int32, String)

        var replaces: Bool { if case .ready = self { true } else { false } }
    }

    private let launcher: EngineLauncher
    /// Has a fresh release examined before it may sit down; nil where nobody does.
    private let side: SideJudge?
    private let inbox = Mutex<[News]>([])
    private(set) var release: SeatedRelease?
    /// The release before, ready to take over at once.
    private(set) var standby: SeatedRelease?
    private(set) var isWarming = false
    private(set) var lastFailure: Fault?
    private(set) var restarts: UInt64 = 0
    private(set) var switches: UInt64 = 0
    private var wanted: ReleaseFile
    /// Of the engine that is or was at work last: its end is heard of only after it was seen to be dead.
    private var pidAtWork: Int32?
    private var retryAt: Instant?
    private var backOff = BackOff(shortest: 100 * Span64.millisecond, longest: 2 * Span64.second, startsAtOnce: true)

    package init(_ file: ReleaseFile, launcher: EngineLauncher, side: SideJudge? = nil) {
        wanted = file
        self.launcher = launcher
        self.side = side
    }

    func start() { launch(wanted) }

    /// Begins with another release than the configured one.
    func start(with file: ReleaseFile) {
        wanted = file
        launch(file)
    }

    /// Begins with nothing, for this reason.
    func refuse(_ fault: Fault) { lastFailure = fault }

    /// Another release, from now on, or as soon as its engine is warm.
    func change(to file: ReleaseFile) {
        wanted = file
        backOff.reset()
        launch(file)
    }

    private func launch(_ file: ReleaseFile) {
        isWarming = true
        retryAt = nil
        guard let name = try? ModelName(parsing: file.name) else {
            isWarming = false
            lastFailure = Fault(.invalid, "'\(file.name)' is no model name")
            return
        }
        let model = ModelFile(name: name, version: 1, path: file.modelPath, metadataPath: nil)
        launcher.launch(
            model,
            ready: { [self] result in
                switch result {
                case .success(let engine): examine(file, engine)
                case .failure(let fault): post(.failed(file, fault))
                }
            },
            ended: { [self] pid, how in post(.ended(pid, how)) })
    }

    private func examine(_ file: ReleaseFile, _ engine: EngineHandle) {
        guard let side else { return post(.ready(file, engine)) }
        side.examine(file, engine) { [self] fault in post(fault.map { .failed(file, $0) } ?? .ready(file, engine)) }
    }

    private func post(_ news: News) { inbox.withLock { $0.append(news) } }

    /// Takes in what happened to engines; returns what is worth telling.
    /// One model takes another's place only while `isIdle`.
    func tend(_ now: Instant, isIdle: Bool) -> [SeatEvent] {
        var events: [SeatEvent] = []
        let mayReplace = isIdle || release == nil
        let news = inbox.withLock { list in
            let due = list.filter { mayReplace || !$0.replaces }
            list.removeAll { mayReplace || !$0.replaces }
            return due
        }
        for item in news { hear(item, now, &events) }
        if let release, release.engine.isDead {
            self.release = nil
            if !isWarming { retry(now) }
        }
        if let at = retryAt, at <= now {
            restarts += 1
            launch(wanted)
        }
        return events
    }

    private func hear(_ news: News, _ now: Instant, _ events: inout [SeatEvent]) {
        switch news {
        case .ready(let file, let engine):
            // Another one is wanted by now: what was begun before a way back must not come after it.
            guard file.digest == wanted.digest else { return engine.retire() }
            do throws(Fault) {
                let fresh = try SeatedRelease(file, engine: engine)
                if release != nil { switches += 1 }
                replace(with: fresh)
                isWarming = false
                lastFailure = nil
                backOff.reset()
                events.append(.seated(file, runtime: Self.runtime(of: engine)))
            } catch { fail(file, error, now, &events) }
        case .failed(let file, let fault): fail(file, fault, now, &events)
        case .ended(let pid, let how):
            if standby?.engine.pid == pid { standby = nil }
            guard pidAtWork == pid else { return }
            release = nil
            pidAtWork = nil
            events.append(.lost("the engine ended: \(how)"))
            if !isWarming { retry(now) }
        }
    }

    private func replace(with fresh: SeatedRelease) {
        pidAtWork = fresh.engine.pid
        guard let before = release, side != nil, before.file.digest != fresh.file.digest, !before.engine.isDead else {
            release?.engine.retire()
            release = fresh
            return
        }
        // A release that never proved itself is nothing to go back to.
        if standby == nil { standby = before } else { before.engine.retire() }
        release = fresh
    }

    /// The release at work has proved itself: nothing is kept beside it.
    func settle() {
        standby?.engine.retire()
        standby = nil
    }

    /// The release before takes over, now; nil when it is gone.
    func goBack() -> ReleaseFile? {
        guard let standby, !standby.engine.isDead else { return nil }
        release?.engine.retire()
        release = standby
        pidAtWork = standby.engine.pid
        self.standby = nil
        wanted = standby.file
        isWarming = false
        retryAt = nil
        lastFailure = nil
        switches += 1
        return standby.file
    }

    static func runtime(of engine: EngineHandle) -> String {
        "ONNX Runtime \(engine.description.runtimeVersion), \(engine.description.provider)"
    }

    private func fail(_ file: ReleaseFile, _ fault: Fault, _ now: Instant, _ events: inout [SeatEvent]) {
        guard file.digest == wanted.digest else { return events.append(.failed(file, fault)) }
        isWarming = false
        lastFailure = fault
        events.append(.failed(file, fault))
        // While the former release is at work there is nothing to be tried again: it is what is wanted.
        if let release { wanted = release.file } else { retry(now) }
    }

    private func retry(_ now: Instant) {
        retryAt = now.advanced(by: backOff.next())
    }
}

/// What happened at a seat.
enum SeatEvent {
    /// A release is at work, and on which runtime.
    case seated(ReleaseFile, runtime: String)
    case failed(ReleaseFile, Fault)
    case lost(String)

    var changesModels: Bool { if case .failed = self { false } else { true } }
}
