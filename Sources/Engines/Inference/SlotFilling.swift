internal import Core
internal import EngineKeeping
internal import Link

/// Slots as doors fill them.
enum SlotFilling {
    /// An empty slot, or the reason why there is none.
    static func take(_ engine: EngineHandle) throws(Fault) -> Slot {
        guard !engine.isDead, let slot = engine.caller.take(bell: 0) else {
            throw Fault(
                .exhausted,
                "model \(engine.name) has \(engine.caller.memory.slotCount) requests in flight, which is the most",
                hint: "send fewer at a time, or start another server")
        }
        return slot
    }

    /// Room for a tensor in a slot.
    static func place(_ bytes: Int, in slot: Slot) throws(Fault) -> Int {
        guard let offset = slot.place(bytes) else {
            throw Fault(.exhausted, "the request's tensors do not fit into \(ByteSize(slot.capacity))")
        }
        return offset
    }

    /// Fills a slot and hands it out; whatever goes wrong, the slot is not lost.
    static func fill<Terms>(
        _ slot: Slot, of engine: EngineHandle, _ body: (Slot) throws -> Terms
    ) throws -> (Slot, Terms) {
        do {
            return (slot, try body(slot))
        } catch {
            engine.caller.putBack(slot)
            throw error
        }
    }

    /// The one float32 input that `/infer` and `/invocations` feed.
    static func onlyInput(_ engine: EngineHandle) throws(Fault) -> Port {
        guard let port = engine.signature.inputs.first, engine.signature.inputs.count == 1, port.type == .float32 else {
            throw Fault(
                .model, "model \(engine.name) does not have exactly one float32 input",
                hint: "use POST /v2/models/\(engine.name)/infer for it")
        }
        return port
    }
}
