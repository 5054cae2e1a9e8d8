internal import CameraHost
internal import Cameras
internal import Core
internal import FrameRing
internal import Process
internal import Synchronization

/// Looks at a camera for people: a line a frame, and a summary.
struct CameraWatch {
    struct Wishes {
        var count = 10
        var seconds: Double?
        var folder: String?
        var order = FrameReader.Order.newest
        var pullMilliseconds: Int?
        var waits = false
        var isQuiet = false
        var wantsJSON = false

        init(_ options: Options) throws(UsageFault) {
            count = try options.int("count", in: 0...1 << 40) ?? (options.has("duration") ? 0 : 10)
            seconds = try options.seconds("duration")
            folder = options.text("out")
            order = options.has("in-order") ? .inOrder : .newest
            pullMilliseconds = try options.int("pull", in: 1...3_600_000)
            waits = options.has("wait")
            isQuiet = options.has("quiet")
            wantsJSON = try options.wantsJSON
        }
    }

    private let address: CameraAddress
    private let ring: FrameRing
    private let wishes: Wishes
    private var ledger = CameraLedger()
    private var reader: FrameReader
    private let stop = Stop()

    private final class Stop: Sendable { let flag = Mutex(false) }

    init(_ address: CameraAddress, _ ring: FrameRing, _ wishes: Wishes) {
        self.address = address
        self.ring = ring
        self.wishes = wishes
        reader = FrameReader(ring, order: wishes.order)
    }

    mutating func run() throws -> Int32 {
        if let folder = wishes.folder { try FrameFile.makeFolder(folder) }
        let stop = stop
        Signals.block()
        Lane.start("signals") {
            _ = Signals.waitForStop()
            stop.flag.withLock { $0 = true }
        }
        let helper = CameraHelper([try ProcessFacts.executablePath(), "camera"], ring: ring)
        helper.start()
        defer { helper.stop() }
        let fault = try watch()
        if let fault { throw fault }
        ledger.end(ring.state, skipped: reader.skipped)
        Verbs.say(wishes.wantsJSON ? ledger.json : ledger.text)
        return ledger.frames > 0 ? ExitCode.ok : ExitCode.judgedBad
    }

    /// Until enough has been seen; a fault when there is no camera to look at.
    private mutating func watch() throws -> Fault? {
        let end = wishes.seconds.map { Instant.now.advanced(by: Span64.seconds($0)) } ?? .distantFuture
        var pull = Pulls(every: wishes.pullMilliseconds)
        while (wishes.count == 0 || ledger.frames < wishes.count) && Instant.now < end && !stop.flag.withLock({ $0 }) {
            pull.pullIfDue(ring)
            switch reader.next(until: min(end, pull.due, Instant.now.advanced(by: 200 * Span64.millisecond))) {
            case .frame(let frame): try see(frame)
            case .changed(let state):
                if state.phase == .lost, ledger.frames == 0, state.counts.openings == 0, !wishes.waits {
                    return Fault(.unavailable, state.error)
                }
                see(state)
            case .silence: break
            }
        }
        return nil
    }

    private mutating func see(_ frame: FrameInRing) throws {
        let seen = Instant.now
        let line = ledger.add(frame, seen: seen)
        if !wishes.isQuiet { Verbs.say(wishes.wantsJSON ? line.json : line.text) }
        if let folder = wishes.folder { try FrameFile.write(frame, into: folder) }
    }

    private mutating func see(_ state: CameraState) {
        guard let line = ledger.add(state), !wishes.isQuiet else { return }
        Verbs.say(wishes.wantsJSON ? line.json : line.text)
    }

    /// Software triggers at a steady pace, once the camera is there.
    private struct Pulls {
        private let period: UInt64?
        private(set) var due: Instant

        init(every milliseconds: Int?) {
            period = milliseconds.map { UInt64($0) * Span64.millisecond }
            due = period.map { Instant.now.advanced(by: $0) } ?? .distantFuture
        }

        mutating func pullIfDue(_ ring: FrameRing) {
            guard let period, due <= Instant.now else { return }
            if ring.state.phase == .connected { ring.pull() }
            due = due.advanced(by: period)
            if due <= Instant.now { due = Instant.now.advanced(by: period) }
        }
    }
}
