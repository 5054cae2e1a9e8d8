internal import Core
internal import Synchronization

/// Frames that somebody sends over HTTP, until the station takes them.
///
/// Concurrency: anyone may push; the decision thread takes.
package final class FramePost: Sendable {
    private static let waitingMax = 8
    /// A frame that no part wanted for so long is nobody's.
    private static let keptNanoseconds = 2 * Span64.second

    struct Pushed: Sendable {
        let bytes: [UInt8]
        let part: UInt32?
        let arrived: Instant
        let id: UInt64
    }

    private struct Box: Sendable { var waiting: [Pushed] = []; var count: UInt64 = 0; var dropped: UInt64 = 0 }

    private let box = Mutex(Box())

    package init() {}

    /// Takes a picture's file; its number.
    func push(_ bytes: [UInt8], part: UInt32?) -> UInt64 {
        box.withLock { box in
            box.count += 1
            if box.waiting.count >= Self.waitingMax {
                box.waiting.removeFirst()
                box.dropped += 1
            }
            box.waiting.append(Pushed(bytes: bytes, part: part, arrived: .now, id: box.count))
            return box.count
        }
    }

    var counts: (pushed: UInt64, dropped: UInt64) { box.withLock { ($0.count, $0.dropped) } }

    func forgetOld(_ now: Instant) {
        box.withLock { box in box.waiting.removeAll { now.since($0.arrived) > Self.keptNanoseconds } }
    }

    /// The frame that names this part; else the first that names none and came after its trigger.
    func take(for key: PartKey) -> Pushed? {
        box.withLock { box in
            let place =
                box.waiting.firstIndex { $0.part == key.part }
                ?? box.waiting.firstIndex { $0.part == nil && $0.arrived > key.triggered }
            return place.map { box.waiting.remove(at: $0) }
        }
    }
}
