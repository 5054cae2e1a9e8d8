package import CKernel
package import Core
internal import Glibc

/// How a request ended inside the engine.
package enum Outcome: UInt32, Hashable, Sendable {
    case completed = 0
    /// The runtime refused or failed; the slot's message says why.
    case failed = 1
    /// The deadline passed before or during the run.
    case expired = 2
}

/// One request's place in shared memory: its record and its bytes. Whoever holds the slot's number owns it; it is valid
/// as long as its link lives.
///
/// Concurrency: a slot goes from thread to thread and from process to process, and belongs to one at a time; the words that
/// both sides look at (`cancelled`, `state`) are atomic.
@safe package struct Slot: @unchecked Sendable {
    package let record: UnsafeMutablePointer<ls_slot>
    package let data: UnsafeMutableRawPointer
    package let capacity: Int
    package let index: Int

    package static let alignment = 64

    package var deadline: Instant {
        get { unsafe Instant(nanoseconds: record.pointee.deadline_ns) }
        nonmutating set { unsafe record.pointee.deadline_ns = newValue.nanoseconds }
    }
    package var outcome: Outcome { unsafe Outcome(rawValue: record.pointee.outcome) ?? .failed }
    package var message: String { unsafe String(cString: ls_slot_message(record)) }
    package var isCancelled: Bool { unsafe ls_load(&record.pointee.cancelled) != 0 }
    package var submitted: Instant { unsafe Instant(nanoseconds: record.pointee.submitted_ns) }
    package var started: Instant { unsafe Instant(nanoseconds: record.pointee.started_ns) }
    package var finished: Instant { unsafe Instant(nanoseconds: record.pointee.finished_ns) }
    /// Whether this request stands for a run; in a batch only the first does.
    package var leadsRun: Bool { unsafe record.pointee.batch > 0 }
    package var inputCount: Int { unsafe Int(record.pointee.input_count) }
    package var outputCount: Int { unsafe Int(record.pointee.output_count) }

    /// Begins a new request in this slot.
    package func reset(bell: Int) {
        unsafe record.pointee.cancelled = 0
        unsafe record.pointee.bell = UInt32(bell)
        unsafe record.pointee.outcome = Outcome.failed.rawValue
        unsafe record.pointee.batch = 1
        unsafe record.pointee.input_count = 0
        unsafe record.pointee.output_count = 0
        unsafe record.pointee.wanted = UInt64.max
        unsafe record.pointee.used_bytes = 0
        unsafe ls_slot_message(record).pointee = 0
    }

    /// Says whose bell is rung when it is finished.
    package func assign(bell: Int) { unsafe record.pointee.bell = UInt32(bell) }

    /// Says that a run of this request has begun.
    package func begin(at now: Instant) {
        unsafe record.pointee.started_ns = now.nanoseconds
        unsafe ls_store(&record.pointee.state, UInt32(LS_RUNNING))
    }

    /// Says that it waits for a run.
    package func wait() { unsafe ls_store(&record.pointee.state, UInt32(LS_QUEUED)) }

    package var isRunning: Bool { unsafe ls_load(&record.pointee.state) == UInt32(LS_RUNNING) }

    package func cancel() { unsafe ls_store(&record.pointee.cancelled, 1) }

    /// The next place for `bytes` bytes after what is there, aligned; nil when the slot is full.
    package func place(_ bytes: Int) -> Int? {
        let start = unsafe (Int(record.pointee.used_bytes) + Self.alignment - 1) / Self.alignment * Self.alignment
        guard bytes >= 0, start + bytes <= capacity else { return nil }
        unsafe record.pointee.used_bytes = UInt64(start + bytes)
        return start
    }

    /// Says that everything up to `end` is in use, for a body that was received in place.
    package func occupy(upTo end: Int) {
        unsafe record.pointee.used_bytes = unsafe max(record.pointee.used_bytes, UInt64(end))
    }

    package func addInput(port: Int, type: ElementType, shape: [Int], offset: Int, bytes: Int) {
        let tensor = unsafe ls_slot_input(record, record.pointee.input_count)
        unsafe fill(tensor, port, type, offset, bytes)
        unsafe tensor.pointee.rank = UInt32(shape.count)
        for axis in shape.indices { unsafe ls_tensor_dims(tensor)[axis] = Int64(shape[axis]) }
        unsafe record.pointee.input_count += 1
    }

    package func addOutput(port: Int, type: ElementType, offset: Int, bytes: Int) -> UnsafeMutablePointer<ls_tensor> {
        let tensor = unsafe ls_slot_output(record, record.pointee.output_count)
        unsafe fill(tensor, port, type, offset, bytes)
        unsafe record.pointee.output_count += 1
        return unsafe tensor
    }

    private func fill(
        _ tensor: UnsafeMutablePointer<ls_tensor>, _ port: Int, _ type: ElementType, _ offset: Int, _ bytes: Int
    ) {
        unsafe tensor.pointee.port = UInt32(port)
        unsafe tensor.pointee.type = type.rawValue
        unsafe tensor.pointee.offset = UInt64(offset)
        unsafe tensor.pointee.bytes = UInt64(bytes)
    }

    package func input(_ number: Int) -> SlotTensor {
        unsafe SlotTensor(record: ls_slot_input(record, UInt32(number)), slot: self)
    }
    package func output(_ number: Int) -> SlotTensor {
        unsafe SlotTensor(record: ls_slot_output(record, UInt32(number)), slot: self)
    }

    /// Whether what the engine wrote can be believed: an engine that went astray must not lead its caller astray.
    package func isSound(outputs ports: Int) -> Bool {
        guard outputCount <= Int(LS_TENSORS_MAX) else { return false }
        return (0..<outputCount).allSatisfy { number in
            let tensor = output(number)
            let place = unsafe tensor.record.pointee.offset
            let bytes = unsafe tensor.record.pointee.bytes
            guard tensor.port < ports, tensor.rank <= Int(LS_RANK_MAX), place <= UInt64(capacity),
                bytes <= UInt64(capacity) - place
            else { return false }
            return tensor.hasItsBytes
        }
    }

    package func fail(_ outcome: Outcome, _ text: String) {
        unsafe record.pointee.outcome = outcome.rawValue
        unsafe record.pointee.output_count = 0
        unsafe text.withCString { _ = unsafe strncpy(ls_slot_message(record), $0, Int(LS_MESSAGE_BYTES) - 1) }
        unsafe ls_slot_message(record)[Int(LS_MESSAGE_BYTES) - 1] = 0
    }
}

/// One tensor in a slot.
@safe package struct SlotTensor {
    package let record: UnsafeMutablePointer<ls_tensor>
    let slot: Slot

    package var port: Int { unsafe Int(record.pointee.port) }
    package var type: ElementType? { unsafe ElementType(rawValue: record.pointee.type) }
    package var rank: Int { unsafe Int(record.pointee.rank) }
    package func dimension(_ axis: Int) -> Int { unsafe Int(ls_tensor_dims(record)[axis]) }
    package var shape: [Int] { (0..<rank).map(dimension) }
    package var elementCount: Int { (0..<rank).reduce(1) { $0 * dimension($1) } }
    package var bytes: UnsafeMutableRawBufferPointer {
        unsafe UnsafeMutableRawBufferPointer(
            start: slot.data + Int(record.pointee.offset), count: Int(record.pointee.bytes))
    }
    /// Whether shape and type say as many bytes as there are; strings say it themselves.
    var hasItsBytes: Bool {
        guard let type else { return false }
        var need = type.stride ?? 4
        for axis in 0..<rank {
            let (product, overflow) = need.multipliedReportingOverflow(by: dimension(axis))
            guard !overflow, dimension(axis) >= 0 else { return false }
            need = product
        }
        return unsafe type == .string ? bytes.count >= need : bytes.count == need
    }

    /// The bytes as float32 values, when that is what they are.
    package var floats: UnsafeMutableBufferPointer<Float>? {
        guard type == .float32 else { return nil }
        return unsafe UnsafeMutableRawBufferPointer(bytes).assumingMemoryBound(to: Float.self)
    }
}
