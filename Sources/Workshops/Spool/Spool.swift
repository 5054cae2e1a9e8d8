package import Core
internal import Synchronization
internal import WebClient

/// Keeps events until an uplink has taken them, and never makes whoever posts one wait.
///
/// Concurrency: `post` and the rest may be called from any thread; they hold the queue's lock for as long as it takes to move
/// a few words. Two lanes do the waiting: the writer commits what came, many events at once; the sender asks the endpoint, and
/// holds the store only between two requests.
package final class Spool: Sendable {
    private let settings: SpoolSettings
    private let queue: Mutex<SpoolQueue>
    private let store: SharedStore
    private let troubles = Mutex<(disk: String?, uplink: String?)>((nil, nil))
    private let bell = Doorbell()
    private let commits = Doorbell()
    private let sendBell = Doorbell()
    private let ended = Flagpole()
    private let sendEnded = Flagpole()
    private let isClosing = Atomic<Bool>(false)
    private let cancellation = WebCancellation()
    private let hasUplink: Bool

    /// Opens the spool of a folder, or begins it. Without an uplink it keeps what it gets.
    package init(
        _ folder: String, settings: SpoolSettings = SpoolSettings(), uplink: SpoolUplink? = nil
    ) throws(Fault) {
        self.settings = settings
        queue = Mutex(SpoolQueue(settings))
        store = SharedStore(try SpoolStore(folder, settings))
        hasUplink = uplink != nil
        Lane.start("spool") { self.write() }
        if let uplink { Lane.start("spool-send") { self.send(uplink) } }
    }

    /// Takes an event. `done` is told once, on another thread, whether it is on the disk: then no fault of this machine loses
    /// it, and only want of room may drop it, in the declared order.
    package func post(_ event: SpoolEvent, done: (@Sendable (Bool) -> Void)? = nil) {
        let item = SpoolQueue.Item(event: event, came: Instant.now, done: done)
        let (victims, wakes) = queue.withLock { queue in
            let victims = queue.append(item)
            return (victims, queue.count == 1 || queue.count == settings.committedEventsMax)
        }
        if wakes { bell.ring() }
        for victim in victims { victim.done?(false) }
    }

    /// In memory, on their way to the disk.
    package var waiting: Int { queue.withLock { $0.count + $0.committing } }

    package var state: SpoolState {
        get throws(Fault) {
            var state = try store.run { store throws(Fault) in try store.state() }
            state.waiting = waiting
            (state.diskTrouble, state.uplinkTrouble) = troubles.withLock { $0 }
            return state
        }
    }

    /// Has what waits in memory written now, and says whether it was within `span` nanoseconds.
    package func flush(within span: UInt64) -> Bool {
        let end = Instant.now.advanced(by: span)
        queue.withLock { $0.hurry() }
        bell.ring()
        while true {
            let seen = commits.rings
            if waiting == 0 { return true }
            if Instant.now >= end { return false }
            commits.wait(since: seen, until: end)
        }
    }

    /// Writes what waits, if the disk lets it, and ends both lanes. Called once; nothing is posted after it.
    package func close() {
        isClosing.store(true, ordering: .releasing)
        cancellation.cancel()
        sendBell.ring()
        if hasUplink { sendEnded.wait() }
        queue.withLock { $0.close() }
        bell.ring()
        ended.wait()
        store.close()
    }

    // MARK: the writer's lane

    private func write() {
        while true {
            let seen = bell.rings
            switch queue.withLock({ $0.turn(now: Instant.now) }) {
            case .write: commit()
            case .sleep(let end): bell.wait(since: seen, until: end)
            case .end: return ended.raise()
            }
        }
    }

    private func commit() {
        let (batch, dropped) = queue.withLock { $0.take() }
        do throws(Fault) {
            let wall = Int64(WallClock.milliseconds)
            _ = try store.run { store throws(Fault) in
                try store.write(batch.map(\.event), dropped: dropped, wall: wall)
            }
            queue.withLock { $0.settle() }
            if note(disk: nil) { Log.line("spool: it can be written again") }
            for item in batch { item.done?(true) }
            sendBell.ring()
        } catch {
            let retryAt = Instant.now.advanced(by: settings.diskRetry)
            let victims = queue.withLock { $0.putBack(batch, dropped, retryAt: retryAt) }
            if note(disk: "\(error)") { Log.line("spool: events wait, for \(error)") }
            for victim in victims { victim.done?(false) }
        }
        commits.ring()
    }

    /// Whether that is news.
    private func note(disk trouble: String?) -> Bool {
        troubles.withLock { troubles in
            defer { troubles.disk = trouble }
            return (troubles.disk == nil) != (trouble == nil)
        }
    }

    // MARK: the sender's lane

    private func send(_ uplink: SpoolUplink) {
        defer { sendEnded.raise() }
        let client: UplinkClient
        do throws(Fault) { client = try UplinkClient(uplink, cancellation) } catch {
            troubles.withLock { $0.uplink = "\(error)" }
            return Log.line("spool: nothing can be sent, for \(error)")
        }
        let sender = SpoolSender(store, settings) { body, wall throws(Fault) in try client.put(body, wall: wall) }
        while !isClosing.load(ordering: .acquiring) {
            let seen = sendBell.rings
            let wakeAt = turn(sender)
            if wakeAt > Instant.now { sendBell.wait(since: seen, until: wakeAt) }
        }
    }

    private func turn(_ sender: SpoolSender) -> Instant {
        let now = Instant.now
        do throws(Fault) {
            let wakeAt = try sender.turn(now: now, wall: Int64(WallClock.milliseconds))
            tell(sender.trouble)
            return wakeAt
        } catch {
            tell("\(error)")
            return now.advanced(by: settings.diskRetry)
        }
    }

    private func tell(_ trouble: String?) {
        let before = troubles.withLock { troubles in
            defer { troubles.uplink = trouble }
            return troubles.uplink
        }
        guard (before == nil) != (trouble == nil), !isClosing.load(ordering: .acquiring) else { return }
        Log.line(trouble.map { "spool: events wait for the uplink: \($0)" } ?? "spool: the uplink takes events again")
    }
}
