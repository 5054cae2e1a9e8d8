internal import Core
package import EngineKeeping
internal import Images
internal import Link
internal import Synchronization

/// Where a model's engine sits: it is started, replaced by a newer release between two parts, and started again when it dies.
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
    private let inbox = Mutex<[News]>([])
    private(set) var release: SeatedRelease?
    private(set) var isWarming = false
    private(set) var lastFailure: Fault?
    private(set) var restarts: UInt64 = 0
    private(set) var switches: UInt64 = 0
    private var wanted: ReleaseFile
    private var retryAt: Instant?
    private var backOff = BackOff(shortest: 100 * Span64.millisecond, longest: 2 * Span64.second, startsAtOnce: true)

    package init(_ file: ReleaseFile, launcher: EngineLauncher) {
        wanted = file
        self.launcher = launcher
    }

    func start() { launch(wanted) }

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
                case .success(let engine): post(.ready(file, engine))
                case .failure(let fault): post(.failed(file, fault))
                }
            },
            ended: { [self] pid, how in post(.ended(pid, how)) })
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
            do throws(Fault) {
                let fresh = try SeatedRelease(file, engine: engine)
                if release != nil { switches += 1 }
                release?.engine.retire()
                release = fresh
                isWarming = false
                lastFailure = nil
                backOff.reset()
                events.append(.seated(file, runtime: Self.runtime(of: engine)))
            } catch { fail(error, now, &events) }
        case .failed(_, let fault): fail(fault, now, &events)
        case .ended(let pid, let how):
            guard release?.engine.pid == pid else { return }
            release = nil
            events.append(.lost("the engine ended: \(how)"))
            if !isWarming { retry(now) }
        }
    }

    static func runtime(of engine: EngineHandle) -> String {
        "ONNX Runtime \(engine.description.runtimeVersion), \(engine.description.provider)"
    }

    private func fail(_ fault: Fault, _ now: Instant, _ events: inout [SeatEvent]) {
        isWarming = false
        lastFailure = fault
        events.append(.failed(fault))
        // While the former release is at work there is nothing to be tried again.
        if release == nil { retry(now) }
    }

    private func retry(_ now: Instant) {
        retryAt = now.advanced(by: backOff.next())
    }

    /// Ends an engine that does not let go of a part.
    func kill() { release?.engine.kill() }
}

/// What happened at a seat.
enum SeatEvent {
    /// A release is at work, and on which runtime.
    case seated(ReleaseFile, runtime: String)
    case failed(Fault)
    case lost(String)

    var changesModels: Bool { if case .failed = self { false } else { true } }
}
