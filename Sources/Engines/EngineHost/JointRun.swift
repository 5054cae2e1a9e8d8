internal import CKernel
internal import Core
internal import Glibc
internal import Link
internal import ONNX

/// Several requests run as one: their rows are laid end to end, and the answer's rows are dealt out again.
struct JointRun {
    struct Output { let output: RunOutput; let bytes: [UInt8]; let rowBytes: Int }

    let slots: [Slot]
    let rows: [Int]

    init(slots: [Slot]) {
        self.slots = slots
        rows = slots.map(Gathering.rows)
    }

    /// Throws when the model refuses, is stopped, or does not answer a row for a row.
    func run(_ run: SessionRun, _ watch: Watch) throws(Fault) -> [Output] {
        var memory: [UnsafeMutableRawPointer] = unsafe []
        defer { for place in unsafe memory.indices { unsafe free(memory[place]) } }
        for number in 0..<slots[0].inputCount { unsafe memory.append(try join(number, run)) }
        watch.begin(slots.map(\.deadline).min() ?? .distantFuture, slots)
        var failure: Fault?
        do throws(Fault) { unsafe try run.run(wanted: slots[0].record.pointee.wanted) } catch { failure = error }
        if watch.end() { failure = Fault(.timeout, "the batch was stopped") }
        if let failure { throw failure }
        var outputs: [Output] = []
        for number in 0..<run.outputCount { outputs.append(try collect(try run.output(number))) }
        return outputs
    }

    private func join(_ number: Int, _ run: SessionRun) throws(Fault) -> UnsafeMutableRawPointer {
        let first = slots[0].input(number)
        let total = slots.reduce(0) { unsafe $0 + $1.input(number).bytes.count }
        guard let type = first.type, let joined = unsafe malloc(max(total, 1)) else {
            throw Fault(.exhausted, "no memory for a batch of \(total) bytes")
        }
        var place = 0
        for slot in slots {
            let bytes = unsafe slot.input(number).bytes
            if let start = bytes.baseAddress { unsafe memcpy(joined + place, start, bytes.count) }
            place += bytes.count
        }
        var dims = first.shape.map(Int64.init)
        dims[0] = Int64(rows.reduce(0, +))
        let added = unsafe dims.withUnsafeBufferPointer { buffer in
            Result { () throws(Fault) in
                guard let start = buffer.baseAddress else { return }
                unsafe try run.addInput(
                    port: first.port, type: type, dims: start, rank: buffer.count,
                    bytes: UnsafeMutableRawBufferPointer(start: joined, count: total))
            }
        }
        try added.get()
        return unsafe joined
    }

    private func collect(_ output: RunOutput) throws(Fault) -> Output {
        try output.checkRank()
        let total = rows.reduce(0, +)
        guard output.type != .string, output.shape.first == Int64(total), total > 0 else {
            throw Fault(.model, "output \(output.port) does not answer a row for a row")
        }
        let count = try output.byteCount()
        var bytes = [UInt8](repeating: 0, count: count)
        let copied = unsafe bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(Fault) in
                if let start = buffer.baseAddress { unsafe try output.copy(to: start, count: count) }
            }
        }
        try copied.get()
        return Output(output: output, bytes: bytes, rowBytes: count / total)
    }

    /// Writes the rows of the request at `place` into its slot.
    func answer(_ slot: Slot, _ place: Int, _ outputs: [Output]) {
        let firstRow = rows[..<place].reduce(0, +)
        for part in outputs {
            let count = rows[place] * part.rowBytes
            guard let offset = slot.place(count) else {
                return slot.fail(.failed, "the outputs do not fit into \(ByteSize(slot.capacity))")
            }
            unsafe part.bytes.withUnsafeBytes { bytes in
                guard let start = bytes.baseAddress else { return }
                unsafe memcpy(slot.data + offset, start + firstRow * part.rowBytes, count)
            }
            let tensor = unsafe slot.addOutput(
                port: part.output.port, type: part.output.type, offset: offset, bytes: count)
            unsafe tensor.pointee.rank = UInt32(part.output.shape.count)
            for axis in part.output.shape.indices { unsafe ls_tensor_dims(tensor)[axis] = part.output.shape[axis] }
            unsafe ls_tensor_dims(tensor)[0] = Int64(rows[place])
        }
        unsafe slot.record.pointee.outcome = Outcome.completed.rawValue
    }
}
