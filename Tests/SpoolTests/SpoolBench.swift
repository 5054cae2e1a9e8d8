import Core
import Files
import Spool

/// A spool on the disk with a clock that a test turns, and no thread of its own.
final class SpoolBench {
    let folder: String
    let settings: SpoolSettings
    let store: SharedStore
    let receiver = Receiver()
    var now = Instant(nanoseconds: 1_000 * Span64.second)
    var wall: Int64 = 1_795_000_000_000
    private var sender: SpoolSender?

    init(_ settings: SpoolSettings = SpoolSettings(), folder: String? = nil) throws {
        self.settings = settings
        let place = folder ?? "\(Self.root)/spool-\(UInt64.random(in: 0 ... .max))"
        self.folder = place
        store = SharedStore(try SpoolStore(place, settings))
        let receiver = receiver
        sender = SpoolSender(store, settings, chance: { $0 }) { body, _ throws(Fault) in try receiver.answer(body) }
    }

    private static let root = "/tmp"

    deinit {
        store.close()
        FileAccess.removeSpool(folder)
    }

    func event(
        _ rank: SpoolRank = .telemetry, _ number: Int = 0, bytes: Int = 100, type: String = "Part"
    ) throws -> SpoolEvent {
        let detail = DatumMap([("number", .whole(number)), ("fill", .text(String(repeating: "x", count: bytes)))])
        return try SpoolEvent(source: "test", detailType: type, detail: detail, rank: rank, wall: wall)
    }

    @discardableResult
    func write(_ events: [SpoolEvent], dropped: DropTally = DropTally()) throws -> DropTally {
        let wall = wall
        return try store.run { store throws(Fault) in try store.write(events, dropped: dropped, wall: wall) }
    }

    var state: SpoolState {
        get throws { try store.run { store throws(Fault) in try store.state() } }
    }

    func pass(_ seconds: Double) {
        now = now.advanced(by: Span64.seconds(seconds))
        wall += Int64(seconds * 1000)
    }

    /// Lets the sender have its turns for at most so many simulated seconds.
    func send(for seconds: Double = 3600, turns: Int = 100_000) throws {
        let end = now.advanced(by: Span64.seconds(seconds))
        for _ in 0..<turns {
            guard let sender else { return }
            let wakeAt = try sender.turn(now: now, wall: wall)
            if wakeAt == .distantFuture || wakeAt > end { return }
            pass(Double(wakeAt.since(now)) / 1e9)
        }
    }
}
