import Core
import FrameRing
import Synchronization
import Testing

/// A ring in one process: the memory is the same either way.
private struct Ends {
    let ring: FrameRing
    let writer: FrameRingWriter

    init(cells: Int = 3, cellBytes: Int = 1 << 16) throws {
        ring = try FrameRing(cells: cells, cellBytes: cellBytes)
        writer = FrameRingWriter(try FrameRing(attachedTo: ring.descriptor.duplicate))
    }

    /// A picture whose every byte is `value`.
    @discardableResult
    func publish(_ value: UInt8, id: UInt64 = 0, width: Int = 64, height: Int = 4, stride: Int = 64) -> Bool {
        var facts = FrameFacts()
        facts.width = width
        facts.height = height
        facts.stride = stride
        facts.id = id
        facts.arrived = .now
        let pixels = [UInt8](repeating: value, count: max(1, stride * height))
        return unsafe pixels.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return false }
            return unsafe writer.publish(facts, start)
        }
    }
}

extension Int32 {
    /// Both ends close what they have.
    fileprivate var duplicate: Int32 { Descriptors.duplicate(self) }
}

@Suite struct FrameRingTests {
    @Test func carriesAFrame() throws {
        let ends = try Ends()
        #expect(ends.ring.newest(after: 0) == nil)
        ends.publish(7, id: 41)
        let frame = try #require(ends.ring.newest(after: 0))
        #expect(frame.number == 1 && frame.facts.id == 41 && frame.facts.width == 64 && frame.facts.height == 4)
        #expect(frame.copy() == [UInt8](repeating: 7, count: 256))
        #expect(ends.ring.newest(after: 1) == nil)
    }

    @Test func leavesOutWhatStandsBetweenTheRows() throws {
        let ends = try Ends()
        ends.publish(9, width: 5, height: 3, stride: 16)
        let frame = try #require(ends.ring.newest(after: 0))
        #expect(frame.facts.byteCount == 37 && frame.copy() == [UInt8](repeating: 9, count: 15))
    }

    @Test func saysWhenAFrameWasOverwritten() throws {
        let ends = try Ends(cells: 3)
        ends.publish(1)
        let frame = try #require(ends.ring.newest(after: 0))
        for value in 2...3 { ends.publish(UInt8(value)) }
        #expect(frame.isWhole && frame.withPixels { $0[0] } == 1)
        ends.publish(4)
        #expect(!frame.isWhole && frame.copy() == nil && frame.withPixels { $0[0] } == nil)
    }

    @Test func givesTheOldestThatIsLeft() throws {
        let ends = try Ends(cells: 3)
        for value in 1...5 { ends.publish(UInt8(value)) }
        #expect(ends.ring.oldest(after: 0)?.number == 3)
        #expect(ends.ring.oldest(after: 3)?.number == 4)
        #expect(ends.ring.oldest(after: 5) == nil)
    }

    @Test func countsWhatItPassesOver() throws {
        let ends = try Ends(cells: 3)
        var newest = FrameReader(ends.ring)
        var inOrder = FrameReader(ends.ring, order: .inOrder)
        for value in 1...5 { ends.publish(UInt8(value)) }
        #expect(newest.numberOfNext == 5 && newest.skipped == 4)
        #expect(inOrder.numberOfNext == 3 && inOrder.numberOfNext == 4 && inOrder.numberOfNext == 5)
        #expect(inOrder.skipped == 2 && inOrder.numberOfNext == nil)
    }

    @Test func refusesAFrameThatIsTooLarge() throws {
        let ends = try Ends(cellBytes: 4096)
        #expect(!ends.publish(1, width: 64, height: 4, stride: 8))
        #expect(!ends.publish(1, width: 4097, height: 1, stride: 4097))
        #expect(ends.publish(1, width: 4096, height: 1, stride: 4096))
        #expect(ends.ring.state.counts.oversized == 2 && ends.ring.state.error.contains("4097 x 1"))
    }

    @Test func tellsLostAndFound() throws {
        let ends = try Ends()
        var reader = FrameReader(ends.ring)
        #expect(reader.change == nil)
        ends.writer.sayConnected(name: "Acme 1")
        #expect(reader.change?.phase == .connected && ends.ring.state.name == "Acme 1")
        ends.writer.sayLost("gone")
        ends.writer.sayLost("still gone")
        let change = reader.change
        let state = try #require(change)
        #expect(
            state.phase == .lost && state.error == "still gone" && state.counts.losses == 1
                && state.counts.openings == 1)
        #expect(reader.change == nil)
    }

    @Test func aFrameGoesBeforeOtherNews() throws {
        let ends = try Ends()
        var reader = FrameReader(ends.ring)
        ends.writer.sayDamaged("holes")
        ends.publish(1)
        #expect(reader.numberOfNext == 1)
        #expect(reader.change?.error == "holes")
    }

    @Test func waitsNoLongerThanItIsTold() throws {
        var reader = FrameReader(try Ends().ring)
        let begun = Instant.now
        #expect(reader.numberOfNext(within: 5 * Span64.millisecond) == nil)
        #expect(Instant.now.since(begun) >= 5 * Span64.millisecond)
    }

    @Test func wakesASleeper() throws {
        let ends = try Ends()
        var reader = FrameReader(ends.ring)
        Lane.start("writer") {
            Pause.nanoseconds(20 * Span64.millisecond)
            ends.publish(1)
        }
        #expect(reader.numberOfNext(within: 20 * Span64.second) == 1)
    }

    /// A writer at full speed and readers that look at every byte: what they are told is whole must be.
    @Test(arguments: [FrameReader.Order.newest, .inOrder])
    func neverLendsHalfAFrame(_ order: FrameReader.Order) throws {
        let ends = try Ends(cells: 3)
        let rounds = 20_000
        let done = Atomic(false)
        let seen = Mutex((whole: 0, torn: 0, gone: 0))
        let flags = [Flagpole(), Flagpole()]
        let state = Shared(done: done, seen: seen)
        for flag in flags {
            Lane.start("reader") {
                var reader = FrameReader(ends.ring, order: order)
                while !state.done.load(ordering: .relaxed) {
                    guard case .frame(let frame) = reader.next(until: Instant.now.advanced(by: Span64.millisecond))
                    else { continue }
                    let bytes = frame.copy()
                    state.seen.withLock { seen in
                        if let bytes, let first = bytes.first {
                            let isWhole =
                                bytes.allSatisfy { $0 == first } && first == UInt8(truncatingIfNeeded: frame.facts.id)
                            if isWhole { seen.whole += 1 } else { seen.torn += 1 }
                        } else {
                            seen.gone += 1
                        }
                    }
                }
                flag.raise()
            }
        }
        for round in 1...rounds {
            ends.publish(UInt8(truncatingIfNeeded: round), id: UInt64(round), width: 1024, height: 16, stride: 1024)
        }
        state.done.store(true, ordering: .relaxed)
        for flag in flags { flag.wait() }
        let total = state.seen.withLock { $0 }
        #expect(total.torn == 0 && total.whole > 0, "\(total)")
    }

    private final class Shared: Sendable {
        let done: Atomic<Bool>
        let seen: Mutex<(whole: Int, torn: Int, gone: Int)>
        init(done: consuming Atomic<Bool>, seen: consuming Mutex<(whole: Int, torn: Int, gone: Int)>) {
            self.done = done
            self.seen = seen
        }
    }

    @Test func goesOnWhereADeadWriterStopped() throws {
        let ends = try Ends()
        ends.publish(1)
        let second = FrameRingWriter(try FrameRing(attachedTo: ends.ring.descriptor.duplicate))
        #expect(second.ring.newestNumber == 1)
        second.sayLost("the first one died")
        ends.publish(2)
        #expect(ends.ring.newest(after: 1)?.number == 2)
    }

    @Test func keepsTheAddressAndCutsLongTexts() throws {
        let ends = try Ends()
        ends.ring.address = "rtsp://anna:secret@cam/live"
        #expect(ends.writer.ring.address == "rtsp://anna:secret@cam/live")
        ends.writer.sayLost(String(repeating: "x", count: 5000))
        #expect(ends.ring.state.error.count == 319)
    }

    @Test func countsPulls() throws {
        let ends = try Ends()
        let seen = ends.writer.pulls
        ends.ring.pull()
        #expect(ends.writer.awaitPull(after: seen) == seen &+ 1)
    }

    @Test func refusesMemoryThatIsNoRing() throws {
        let other = try Descriptors.memory(bytes: 1 << 20)
        #expect(throws: Fault.self) { try FrameRing(attachedTo: other) }
        #expect(throws: Fault.self) { try FrameRing(attachedTo: -1) }
    }
}

extension FrameReader {
    fileprivate var numberOfNext: UInt64? { mutating get { numberOfNext(within: 0) } }

    fileprivate mutating func numberOfNext(within span: UInt64) -> UInt64? {
        guard case .frame(let frame) = next(until: Instant.now.advanced(by: span)) else { return nil }
        return frame.number
    }

    fileprivate var change: CameraState? {
        mutating get {
            guard case .changed(let state) = next(until: .now) else { return nil }
            return state
        }
    }
}
