package import Cameras
package import Core
package import FrameRing
internal import Synchronization

/// The camera process's work: keeps one camera open, whatever happens to it, and copies its frames into the ring.
///
/// Concurrency: `run` has a thread to itself; the camera is shared with the thread that pulls software triggers.
package final class CameraFeed: Sendable {
    private let address: CameraAddress
    private let writer: FrameRingWriter
    private let current = Mutex<Holder?>(nil)
    private let closing = Atomic(0)
    private let isLeaving = Atomic(false)

    /// Between two tries to get a camera back.
    static let shortestPause = 200 * Span64.millisecond
    static let longestPause = 2 * Span64.second
    /// How often the ring hears of us at least.
    private static let beat = 100 * Span64.millisecond
    /// Waiting so much longer than asked, this process was stopped itself.
    private static let lateness = 20 * Span64.millisecond
    /// A frame is copied and told in far less.
    private static let promise = 2 * Span64.second
    /// Opening reads a plug-in registry, searches the network and sets a camera up.
    private static let openingPromise = 30 * Span64.second
    /// Dead cameras whose library still tries to say goodbye. More of them means that it never comes back.
    private static let closingMax = 8

    package init(_ address: CameraAddress, into writer: FrameRingWriter) {
        self.address = address
        self.writer = writer
    }

    /// Feeds until `leave`, and fails when the library no longer lets go of lost cameras: a fresh process is better then.
    package func run() throws(Fault) {
        Lane.start("pulls") { self.answerPulls() }
        var backOff = BackOff(shortest: Self.shortestPause, longest: Self.longestPause)
        while closing.load(ordering: .relaxed) <= Self.closingMax {
            writer.promise(within: address.connect + Self.openingPromise)
            do throws(Fault) {
                let holder = Holder(try Camera.open(address))
                let reason = feed(from: holder, &backOff)
                if isLeaving.load(ordering: .relaxed) { return holder.letGo() }
                writer.sayLost(reason)
                closeAside(holder)
            } catch {
                writer.sayLost("\(error)")
            }
            if isLeaving.load(ordering: .relaxed) { return }
            rest(backOff.next())
        }
        throw Fault(.exhausted, "camera \(address): lost cameras do not close")
    }

    /// Makes `run` let go of the camera, so that the next one who wants it need not wait until it has forgotten us.
    package func leave() { isLeaving.store(true, ordering: .relaxed) }

    /// The one place that keeps a camera open.
    private final class Holder: Sendable {
        private let place: Mutex<Camera?>
        init(_ camera: Camera) { place = Mutex(camera) }
        var camera: Camera? { place.withLock { $0 } }

        /// Closing may take seconds, and happens outside the lock.
        func letGo() {
            let last = place.withLock { place in
                defer { place = nil }
                return place
            }
            withExtendedLifetime(last) {}
        }
    }

    private func feed(from holder: Holder, _ backOff: inout BackOff) -> String {
        guard let camera = holder.camera else { return "closed" }
        writer.sayConnected(name: camera.name)
        current.withLock { $0 = holder }
        defer { current.withLock { $0 = nil } }
        return feed(from: camera, &backOff)
    }

    /// Until the camera is lost; gives the reason.
    private func feed(from camera: Camera, _ backOff: inout BackOff) -> String {
        var told = Camera.Counts()
        var pace = FramePace(sway: address.sway)
        while !isLeaving.load(ordering: .relaxed) {
            writer.promise(within: Self.promise)
            let patience = patience(pace)
            let asked = Instant.now
            let event = camera.next(timeout: patience)
            told = count(camera, since: told)
            switch consume event {
            case .frame(let frame):
                if pace.isMissing { writer.sayBack() }
                pace.note(frame.facts.arrived)
                unsafe frame.withPixels { pixels in
                    if let start = pixels.baseAddress { _ = unsafe writer.publish(frame.facts, start) }
                }
                backOff.reset()
            case .damaged(let reason): writer.sayDamaged(reason)
            case .silence:
                // Where silence is no news, there is no rhythm either.
                if Instant.now.since(asked) > patience + Self.lateness {
                    pace.forgive(.now)
                } else if address.silence != nil, let missing = pace.look(.now) {
                    writer.sayLost(missing)
                }
            case .lost(let reason): return reason
            }
        }
        return "no longer wanted"
    }

    /// How long to wait for news: not past the moment at which a frame is missed.
    private func patience(_ pace: FramePace) -> UInt64 {
        guard address.silence != nil, let limit = pace.limit else { return Self.beat }
        return min(Self.beat, max(limit.since(.now), Span64.millisecond))
    }

    private func count(_ camera: Camera, since told: Camera.Counts) -> Camera.Counts {
        let now = camera.counts
        writer.add(
            dropped: now.dropped - told.dropped, damaged: now.damaged - told.damaged,
            missing: now.missing - told.missing)
        return now
    }

    /// Saying goodbye to a camera that is gone takes seconds, which the next one must not wait for.
    private func closeAside(_ holder: Holder) {
        closing.add(1, ordering: .relaxed)
        Lane.start("close") {
            holder.letGo()
            self.closing.subtract(1, ordering: .relaxed)
        }
    }

    private func rest(_ span: UInt64) {
        writer.promise(within: span + Self.promise)
        Pause.nanoseconds(span)
    }

    private func answerPulls() {
        var seen = writer.pulls
        while true {
            seen = writer.awaitPull(after: seen)
            guard let camera = current.withLock({ $0 })?.camera else { continue }
            do throws(Fault) { try camera.trigger() } catch { writer.sayDamaged("\(error)") }
        }
    }
}
