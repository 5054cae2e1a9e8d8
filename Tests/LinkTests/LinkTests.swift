import Core
import Link
import Testing

/// Both ends of a link, in one process: the memory is the same either way.
private struct Ends {
    let caller: CallerEnd
    /// The first engine thread's, and that of all others.
    let engine: EngineEnd
    let another: EngineEnd
    let bells: Bells

    init(slots: Int, bells count: Int = 2) throws {
        bells = try Bells(count: count)
        let memory = try LinkMemory(slots: slots, slotBytes: 1 << 20, bells: count)
        caller = CallerEnd(memory: memory)
        engine = EngineEnd(memory: memory, bells: bells, lookNanoseconds: 1_000, isFirst: true)
        another = EngineEnd(memory: memory, bells: bells, lookNanoseconds: 1_000, isFirst: false)
    }
}

@Suite struct LinkTests {
    @Test func carriesATensorThereAndBack() throws {
        let ends = try Ends(slots: 2)
        let slot = try #require(ends.caller.take(bell: 1))
        let offset = try #require(slot.place(16))
        slot.addInput(port: 0, type: .float32, shape: [2, 2], offset: offset, bytes: 16)
        unsafe slot.input(0).floats?[3] = 7
        #expect(ends.caller.submit(slot))

        let work = try #require(ends.engine.tryNext())
        #expect(work.input(0).shape == [2, 2] && work.input(0).floats?[3] == 7)
        work.fail(.failed, "no")
        ends.engine.finish(work)

        #expect(ends.caller.collect(bell: 0) == nil)
        let done = try #require(ends.caller.collect(bell: 1))
        #expect(done.index == slot.index && done.outcome == .failed && done.message == "no")
        ends.caller.putBack(done)
        #expect(ends.caller.inUse == 0)
    }

    @Test func handsOutNoMoreSlotsThanItHas() throws {
        let ends = try Ends(slots: 2)
        let slots = [ends.caller.take(bell: 0), ends.caller.take(bell: 0)]
        #expect(slots.allSatisfy { $0 != nil } && ends.caller.take(bell: 0) == nil)
    }

    @Test func refusesWhatDoesNotFit() throws {
        let ends = try Ends(slots: 1)
        let slot = try #require(ends.caller.take(bell: 0))
        #expect(slot.place(2 << 20) == nil && slot.place(-1) == nil)
        #expect(slot.place(1) == 0 && slot.place(1) == Slot.alignment)
        ends.caller.putBack(slot)
    }

    @Test func losesNothingBetweenManyThreads() throws {
        let ends = try Ends(slots: 64)
        let perCaller = 5_000
        for end in [ends.engine, ends.another] {
            Lane.start("engine") {
                for _ in 0..<perCaller {
                    guard let slot = end.next() else { return }
                    end.finish(slot)
                }
            }
        }
        let done = [Flagpole(), Flagpole()]
        for bell in 0..<2 {
            Lane.start("caller") {
                var sent = 0
                var received = 0
                while received < perCaller {
                    if sent < perCaller, let slot = ends.caller.take(bell: bell) {
                        _ = ends.caller.submit(slot)
                        sent += 1
                    }
                    while let slot = ends.caller.collect(bell: bell) {
                        ends.caller.putBack(slot)
                        received += 1
                    }
                }
                done[bell].raise()
            }
        }
        for flag in done { flag.wait() }
        #expect(ends.caller.inUse == 0)
    }

    @Test func waitsNoLongerThanItIsTold() throws {
        let begun = Instant.now
        #expect(try Ends(slots: 1).engine.next(until: begun.advanced(by: 5 * Span64.millisecond)) == nil)
        #expect(Instant.now.since(begun) >= 5 * Span64.millisecond)
    }
}

@Suite struct EngineDescriptionTests {
    private func roundTrip(_ description: EngineDescription, room: Int = 4096) throws -> EngineDescription? {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: room, alignment: 8)
        defer { unsafe memory.deallocate() }
        guard unsafe description.write(to: memory) else { return nil }
        return unsafe try EngineDescription(reading: memory)
    }

    private static var sample: EngineDescription {
        var description = EngineDescription()
        description.signature = ModelSignature(
            inputs: [Port(name: "x", type: .bfloat16, shape: [-1, 4], dimensionNames: ["batch", ""])],
            outputs: [Port(name: "y", type: .string, shape: [], dimensionNames: [])])
        description.runtimeVersion = "1.31.1"
        description.provider = "cpu"
        description.remark = "grüße"
        description.instances = 3
        description.batches = true
        return description
    }

    @Test func survivesTheWay() throws { #expect(try roundTrip(Self.sample) == Self.sample) }

    @Test func carriesAFailureWithItsHint() throws {
        var description = EngineDescription()
        description.failure = Fault(.unavailable, "not there", hint: "get it")
        #expect(try roundTrip(description)?.failure == description.failure)
    }

    @Test func saysWhenItDoesNotFit() throws { #expect(try roundTrip(Self.sample, room: 40) == nil) }

    @Test func refusesGarbage() {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 64, alignment: 8)
        defer { unsafe memory.deallocate() }
        for byte in [UInt8(0), 0xff, 1] {
            _ = unsafe memory.initializeMemory(as: UInt8.self, repeating: byte)
            #expect(throws: Fault.self) { try EngineDescription(reading: memory) }
        }
    }
}
