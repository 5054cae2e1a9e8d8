internal import CRuntime
internal import Core
internal import Glibc

/// Reads the inputs and outputs of a session.
@safe struct PortReader {
    let library: RuntimeLibrary
    let session: OpaquePointer
    let allocator: UnsafeMutablePointer<OrtAllocator>

    /// The ports, and which of them are sequences of maps that are answered as tables.
    func read(outputs: Bool) throws(Fault) -> ([Port], tables: Set<Int>) {
        var count = 0
        unsafe try library.check(ort_port_count(library.api, session, outputs ? 1 : 0, &count))
        guard count <= 32 else {
            throw Fault(.model, "the model has \(count) \(outputs ? "outputs" : "inputs"); 32 is the most")
        }
        var ports: [Port] = []
        var tables: Set<Int> = []
        for number in 0..<count {
            let name = try name(number, outputs)
            var info: OpaquePointer?
            unsafe try library.check(ort_port_type(library.api, session, outputs ? 1 : 0, number, &info))
            guard let info = unsafe info else { throw Fault(.model, "\(name) has no type") }
            defer { unsafe ort_release_type(library.api, info) }
            var kind = ONNX_TYPE_UNKNOWN
            unsafe try library.check(ort_onnx_type(library.api, info, &kind))
            if kind == ONNX_TYPE_SEQUENCE && outputs {
                tables.insert(number)
                ports.append(Port(name: name, type: .float32, shape: [-1, -1]))
            } else if kind == ONNX_TYPE_TENSOR {
                unsafe ports.append(try tensor(name, info))
            } else {
                throw Fault(
                    .model, "\(outputs ? "output" : "input") \(name) is not a tensor",
                    hint: "only tensors can be served")
            }
        }
        return (ports, tables)
    }

    private func name(_ number: Int, _ output: Bool) throws(Fault) -> String {
        var text: UnsafeMutablePointer<CChar>?
        unsafe try library.check(ort_port_name(library.api, session, output ? 1 : 0, number, allocator, &text))
        guard let text = unsafe text else { return "" }
        defer {
            if let status = unsafe ort_allocator_free(library.api, allocator, text) {
                unsafe ort_release_status(library.api, status)
            }
        }
        return unsafe String(cString: text)
    }

    private func tensor(_ name: String, _ info: OpaquePointer) throws(Fault) -> Port {
        var shapeInfo: OpaquePointer?
        unsafe try library.check(ort_tensor_info(library.api, info, &shapeInfo))
        guard let shapeInfo = unsafe shapeInfo else { throw Fault(.model, "\(name) has no shape") }
        var element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED
        unsafe try library.check(ort_element_type(library.api, shapeInfo, &element))
        guard let type = ElementType(rawValue: element.rawValue) else {
            throw Fault(.model, "\(name) has element type \(element.rawValue), which cannot be served")
        }
        var rank = 0
        unsafe try library.check(ort_rank(library.api, shapeInfo, &rank))
        guard rank <= 8 else { throw Fault(.model, "\(name) has \(rank) dimensions; 8 is the most") }
        var dims = [Int64](repeating: 0, count: rank)
        unsafe try library.check(ort_dims(library.api, shapeInfo, &dims, rank))
        guard Self.isCountable(dims) else {
            throw Fault(.model, "\(name) has the shape \(dims), which no memory holds")
        }
        var names = unsafe [UnsafePointer<CChar>?](repeating: nil, count: rank)
        unsafe try library.check(ort_dim_names(library.api, shapeInfo, &names, rank))
        return Port(
            name: name, type: type, shape: dims.map { $0 < 0 ? -1 : Int($0) },
            dimensionNames: unsafe names.map { unsafe $0.map { unsafe String(cString: $0) } ?? "" })
    }

    /// Whether the fixed dimensions, zeros passed over, multiply to something that can be counted in bytes.
    private static func isCountable(_ dims: [Int64]) -> Bool {
        var product: Int64 = 16
        for side in dims {
            let (next, overflow) = product.multipliedReportingOverflow(by: max(1, side))
            if overflow { return false }
            product = next
        }
        return true
    }
}
