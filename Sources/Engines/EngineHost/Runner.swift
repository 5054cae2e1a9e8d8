internal import CKernel
internal import Core
internal import Link
internal import ONNX

/// One engine thread: takes requests, runs them alone or together, and hands them back.
struct Runner {
    let run: SessionRun
    let end: EngineEnd
    let watch: Watch
    let batch: BatchRule
    /// Shares its core by turns; a real-time thread does not.
    let takesTurns: Bool

    func loop() {
        var gathering = Gathering(rule: batch)
        var turns = Turns()
        while true {
            let requests = gathering.collect(from: end)
            if takesTurns, let first = requests.first { turns.suit(first.deadline) }
            if requests.count > 1, runTogether(requests) { continue }
            for request in requests { runAlone(request) }
        }
    }

    private func runAlone(_ slot: Slot) {
        slot.begin(at: .now)
        do throws(Fault) {
            if slot.isCancelled || slot.deadline <= Instant.now {
                slot.fail(.expired, "the deadline passed before the run")
            } else {
                try compute(slot)
            }
        } catch {
            slot.fail(.failed, error.message)
        }
        run.clear()
        end.finish(slot)
    }

    private func compute(_ slot: Slot) throws(Fault) {
        for number in 0..<slot.inputCount { try add(slot.input(number)) }
        watch.begin(slot.deadline, [slot])
        let failure: Fault?
        do throws(Fault) {
            unsafe try run.run(wanted: slot.record.pointee.wanted)
            failure = nil
        } catch { failure = error }
        if watch.end() { return slot.fail(.expired, "the deadline passed during the run") }
        if let failure { throw failure }
        for number in 0..<run.outputCount { try write(try run.output(number), to: slot) }
        unsafe slot.record.pointee.outcome = Outcome.completed.rawValue
    }

    private func add(_ tensor: SlotTensor) throws(Fault) {
        guard let type = tensor.type else { throw Fault(.invalid, "an input has an unknown type") }
        unsafe try run.addInput(
            port: tensor.port, type: type, dims: ls_tensor_dims(tensor.record), rank: tensor.rank, bytes: tensor.bytes)
    }

    private func write(_ output: RunOutput, to slot: Slot) throws(Fault) {
        try output.checkRank()
        let bytes = try output.byteCount()
        guard let offset = slot.place(bytes) else {
            throw Fault(.exhausted, "the outputs do not fit into \(ByteSize(slot.capacity))")
        }
        unsafe try output.copy(to: slot.data + offset, count: bytes)
        let tensor = unsafe slot.addOutput(port: output.port, type: output.type, offset: offset, bytes: bytes)
        unsafe tensor.pointee.rank = UInt32(output.shape.count)
        for axis in output.shape.indices { unsafe ls_tensor_dims(tensor)[axis] = output.shape[axis] }
    }

    /// Runs several requests as one; false when the model did not keep to the batch axis, and nothing was answered.
    private func runTogether(_ slots: [Slot]) -> Bool {
        let joint = JointRun(slots: slots)
        let started = Instant.now
        for slot in slots { slot.begin(at: started) }
        defer { run.clear() }
        guard let outputs = try? joint.run(run, watch) else { return false }
        for place in slots.indices {
            let slot = slots[place]
            unsafe slot.record.pointee.batch = place == 0 ? UInt32(slots.count) : 0
            joint.answer(slot, place, outputs)
            end.finish(slot)
        }
        return true
    }
}
