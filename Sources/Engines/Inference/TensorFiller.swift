internal import Core
internal import InferenceProtocol
internal import Link

/// Puts a request's tensors into a slot. Those that were received there already stay where they are.
@safe struct TensorFiller {
    let slot: Slot
    let body: UnsafeRawBufferPointer
    /// Where the body begins in the slot, when it was received there.
    let receivedAt: Int?

    func add(_ input: TensorRequest.Input, port: Int) throws(Fault) {
        switch input.source {
        case .json(let node):
            let text = try TensorText(node, type: input.type, shape: input.shape, name: input.name)
            let bytes = text.byteCount
            let offset = try SlotFilling.place(bytes, in: slot)
            unsafe try text.write(to: slot.data + offset)
            slot.addInput(port: port, type: input.type, shape: input.shape, offset: offset, bytes: bytes)
        case .binary(let range):
            try check(input, range)
            slot.addInput(
                port: port, type: input.type, shape: input.shape, offset: try settle(input, range), bytes: range.count)
        }
    }

    private func check(_ input: TensorRequest.Input, _ range: Range<Int>) throws(Fault) {
        var need = input.type.stride ?? 1
        for side in input.shape {
            let (product, overflow) = need.multipliedReportingOverflow(by: side)
            guard !overflow else { throw Fault(.invalid, "the shape of input '\(input.name)' is too large") }
            need = product
        }
        guard input.type != .string else {
            return unsafe try StringBytes.check(
                UnsafeRawBufferPointer(rebasing: body[range]), count: need, name: input.name)
        }
        guard range.count == need else {
            throw Fault(
                .invalid,
                "input '\(input.name)' has \(range.count) binary bytes, and \(input.type.name) of shape \(input.shape) needs \(need)"
            )
        }
    }

    /// Where the tensor's bytes are in the slot, moved there or aside only if they must be.
    private func settle(_ input: TensorRequest.Input, _ range: Range<Int>) throws(Fault) -> Int {
        if let receivedAt, (receivedAt + range.lowerBound) % (input.type.stride ?? 1) == 0 {
            return receivedAt + range.lowerBound
        }
        let offset = try SlotFilling.place(range.count, in: slot)
        if let start = unsafe body.baseAddress, !range.isEmpty {
            unsafe (slot.data + offset).copyMemory(from: start + range.lowerBound, byteCount: range.count)
        }
        return offset
    }
}
