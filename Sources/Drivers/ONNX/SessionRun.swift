internal import CRuntime
package import Core
internal import Glibc

/// One thread's way to run a session: its options and its places for values, made once and used for every run.
///
/// Concurrency: confined to one thread, except `terminate`, which any thread may call.
@safe package final class SessionRun: @unchecked Sendable {
    private let session: Session
    private let options: OpaquePointer
    private let inputs: UnsafeMutablePointer<OpaquePointer?>
    private let outputs: UnsafeMutablePointer<OpaquePointer?>
    private let inputNames: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private let outputNames: UnsafeMutablePointer<UnsafePointer<CChar>?>
    private var inputCount = 0
    private var outputPorts: [Int] = []
    private static let portsMax = 32

    private var api: UnsafePointer<OrtApi> { unsafe session.library.api }

    package init(_ session: Session) throws(Fault) {
        self.session = session
        var options: OpaquePointer?
        unsafe try session.library.check(ort_create_run_options(session.library.api, &options))
        guard let options = unsafe options else { throw Fault(.model, "the runtime makes no run options") }
        unsafe self.options = unsafe options
        unsafe inputs = .allocate(capacity: Self.portsMax)
        unsafe outputs = .allocate(capacity: Self.portsMax)
        unsafe inputNames = .allocate(capacity: Self.portsMax)
        unsafe outputNames = .allocate(capacity: Self.portsMax)
        unsafe inputs.initialize(repeating: nil, count: Self.portsMax)
        unsafe outputs.initialize(repeating: nil, count: Self.portsMax)
        unsafe inputNames.initialize(repeating: nil, count: Self.portsMax)
        unsafe outputNames.initialize(repeating: nil, count: Self.portsMax)
    }

    deinit {
        clear()
        unsafe ort_release_run_options(api, options)
        unsafe inputs.deallocate()
        unsafe outputs.deallocate()
        unsafe inputNames.deallocate()
        unsafe outputNames.deallocate()
    }

    /// Forgets the values of the last run.
    package func clear() {
        for place in 0..<inputCount {
            if let value = unsafe inputs[place] { unsafe ort_release_value(api, value) }
            unsafe inputs[place] = nil
        }
        for place in outputPorts.indices {
            if let value = unsafe outputs[place] { unsafe ort_release_value(api, value) }
            unsafe outputs[place] = nil
        }
        inputCount = 0
        outputPorts.removeAll(keepingCapacity: true)
    }

    /// Adds an input that stays where it is: the runtime reads the caller's memory.
    package func addInput(
        port: Int, type: ElementType, dims: UnsafePointer<Int64>, rank: Int, bytes: UnsafeMutableRawBufferPointer
    ) throws(Fault) {
        var value: OpaquePointer?
        if type == .string {
            unsafe value = unsafe try strings(bytes, dims: dims, rank: rank)
        } else {
            unsafe try session.library.check(
                ort_tensor_over(
                    api, session.memory, bytes.baseAddress ?? UnsafeMutableRawPointer(inputs), bytes.count, dims, rank,
                    ONNXTensorElementDataType(type.rawValue), &value))
        }
        unsafe inputs[inputCount] = unsafe value
        unsafe inputNames[inputCount] = unsafe session.inputNames[port]
        inputCount += 1
    }

    /// Strings come as Triton sends them: each with its length in four bytes before it.
    private func strings(
        _ bytes: UnsafeMutableRawBufferPointer, dims: UnsafePointer<Int64>, rank: Int
    ) throws(Fault) -> OpaquePointer? {
        var value: OpaquePointer?
        unsafe try session.library.check(
            ort_new_tensor(api, session.allocator, dims, rank, ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, &value))
        guard let value = unsafe value else { return nil }
        var element = 0
        var place = 0
        while place + 4 <= bytes.count {
            let length = unsafe Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
            place += 4
            guard length <= bytes.count - place else { break }
            var room: UnsafeMutablePointer<CChar>?
            unsafe try session.library.check(ort_set_string(api, value, element, length, &room))
            if let room = unsafe room, length > 0, let start = bytes.baseAddress {
                unsafe memcpy(room, start + place, length)
            }
            place += length
            element += 1
        }
        return unsafe value
    }

    /// Runs; `wanted` has bit n set when output n is asked for.
    package func run(wanted: UInt64) throws(Fault) {
        for port in unsafe session.outputNames.indices where wanted & (1 << UInt64(port)) != 0 {
            unsafe outputNames[outputPorts.count] = unsafe session.outputNames[port]
            outputPorts.append(port)
        }
        unsafe try session.library.check(
            ort_run(
                api, session.handle, options, UnsafePointer(inputNames), UnsafePointer(inputs), inputCount,
                UnsafePointer(outputNames), outputPorts.count, outputs))
    }

    package var outputCount: Int { outputPorts.count }

    /// Lends an output of the last run.
    package func output(_ place: Int) throws(Fault) -> RunOutput {
        guard let value = unsafe outputs[place] else { throw Fault(.model, "the runtime gave no output") }
        let port = outputPorts[place]
        if session.tables.contains(port) {
            return unsafe try MapTable(library: session.library, allocator: session.allocator).read(value, port: port)
        }
        return unsafe try RunOutput(value, port: port, library: session.library)
    }

    /// Asks a run in progress to stop, or (`false`) allows the next one.
    package func terminate(_ on: Bool) {
        if let status = unsafe ort_terminate(api, options, on ? 1 : 0) { unsafe ort_release_status(api, status) }
    }
}
