internal import Core
internal import Synchronization

/// Frames that somebody sends over HTTP, until the station takes them.
///
/// Concurrency: anyone may push; the decision thread tells of parts and takes their frames.
package final class FramePost: Sendable {
    private static let waitingMax = 8
    /// A frame whose part has not come for so long is nobody's.
    private static let keptNanoseconds = 2 * Span64.second

    struct Pushed: Sendable {
        let bytes: [UInt8]
        let arrived: Instant
        let id: UInt64
    }

    private struct Box: Sendable {
        /// Frames that name their part.
        var named: [(part: UInt32, frame: Pushed)] = []
        /// Frames that do not.
        var tray: FrameTray<Pushed>
        var count: UInt64 = 0
        var dropped: UInt64 = 0
    }

    private let box: Mutex<Box>

    /// Each part has one frame at most, and they are pushed in the order of their parts.
    package init(_ timing: FrameTiming) {
        var timing = timing
        timing.isOneEach = true
        box = Mutex(Box(tray: FrameTray(timing, framesMax: Self.waitingMax)))
    }

    /// Takes a picture's file; its number.
    func push(_ bytes: [UInt8], part: UInt32?) -> UInt64 {
        box.withLock { box in
            box.count += 1
            // By the clock as it is under the lock: whatever comes later is later.
            let frame = Pushed(bytes: bytes, arrived: .now, id: box.count)
            if let part {
                Self.keep(frame, of: part, in: &box)
            } else {
                box.tray.put(frame, number: frame.id, at: frame.arrived, taken: frame.arrived)
            }
            return box.count
        }
    }

    private static func keep(_ frame: Pushed, of part: UInt32, in box: inout Box) {
        if box.named.count >= waitingMax {
            box.named.removeFirst()
            box.dropped += 1
        }
        box.named.append((part, frame))
        box.tray.name(part)
    }

    var counts: (pushed: UInt64, dropped: UInt64) { box.withLock { ($0.count, $0.dropped + $0.tray.dropped) } }
    /// Frames came, and nobody can say whose they are.
    func absence(_ usual: String) -> FrameTrouble { box.withLock { $0.tray.absence(usual) } }

    // MARK: the decision thread's

    func expect(_ sighting: PartSighting) {
        box.withLock { box in
            box.tray.expect(sighting, since: sighting.since)
            if let key = sighting.key, box.named.contains(where: { $0.part == key.part }) { box.tray.name(key.part) }
        }
    }

    func forget(_ key: PartKey) { box.withLock { $0.tray.forget(key) } }

    func sort(heard: Instant, _ now: Instant) {
        box.withLock { box in
            if !box.named.isEmpty { Self.forgetOld(now, in: &box) }
            box.tray.sort(heard: heard) { $0 }
        }
    }

    private static func forgetOld(_ now: Instant, in box: inout Box) {
        let old = box.named.filter { now.since($0.frame.arrived) > keptNanoseconds && !box.tray.isWanted($0.part) }
        box.named.removeAll { named in old.contains { $0.frame.id == named.frame.id } }
    }

    /// The frame that names this part; else the one that names none and can only be its own.
    func take(for key: PartKey) throws(FrameTrouble) -> Pushed? {
        let result = box.withLock { box -> Result<Pushed?, FrameTrouble> in
            if let place = box.named.firstIndex(where: { $0.part == key.part }) {
                return .success(box.named.remove(at: place).frame)
            }
            do throws(FrameTrouble) { return .success(try box.tray.take(key)) } catch { return .failure(error) }
        }
        return try result.get()
    }
}
