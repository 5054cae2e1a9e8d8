internal import CRuntime
package import Core

/// One output of a run, lent until the next one: its shape and either its bytes or its strings.
@safe package struct RunOutput {
    package let port: Int
    package let type: ElementType
    package let shape: [Int64]
    private let value: OpaquePointer?
    private let table: [Float]
    private let library: RuntimeLibrary

    init(_ value: OpaquePointer, port: Int, library: RuntimeLibrary) throws(Fault) {
        unsafe self.value = unsafe value
        self.port = port
        self.library = library
        table = []
        var info: OpaquePointer?
        unsafe try library.check(ort_value_info(library.api, value, &info))
        guard let info = unsafe info else { throw Fault(.model, "an output has no shape") }
        defer { unsafe ort_release_info(library.api, info) }
        var element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED
        unsafe try library.check(ort_element_type(library.api, info, &element))
        guard let type = ElementType(rawValue: element.rawValue) else {
            throw Fault(.model, "an output has element type \(element.rawValue), which cannot be served")
        }
        self.type = type
        var rank = 0
        unsafe try library.check(ort_rank(library.api, info, &rank))
        var dims = [Int64](repeating: 0, count: rank)
        unsafe try library.check(ort_dims(library.api, info, &dims, rank))
        shape = dims
    }

    init(table: [Float], shape: [Int64], port: Int, library: RuntimeLibrary) {
        self.table = table
        self.shape = shape
        self.port = port
        self.library = library
        type = .float32
        unsafe value = nil
    }

    /// A slot's record has room for so many dimensions.
    package func checkRank() throws(Fault) {
        guard shape.count <= 8 else { throw Fault(.model, "an output has \(shape.count) dimensions; 8 is the most") }
    }

    package var elementCount: Int { Int(shape.reduce(1, *)) }

    /// How many bytes `copy` writes; strings are written with their lengths before them.
    package func byteCount() throws(Fault) -> Int {
        guard type == .string, let value = unsafe value else { return elementCount * (type.stride ?? 0) }
        var bytes = 0
        unsafe try library.check(ort_string_bytes(library.api, value, &bytes))
        return bytes + 4 * elementCount
    }

    package func copy(to memory: UnsafeMutableRawPointer, count: Int) throws(Fault) {
        guard let value = unsafe value else {
            return unsafe table.withUnsafeBytes {
                if let start = $0.baseAddress { unsafe memory.copyMemory(from: start, byteCount: count) }
            }
        }
        if type == .string { return unsafe try copyStrings(value, to: memory, count: count) }
        var data: UnsafeMutableRawPointer?
        unsafe try library.check(ort_data(library.api, value, &data))
        if let data = unsafe data { unsafe memory.copyMemory(from: data, byteCount: count) }
    }

    private func copyStrings(_ value: OpaquePointer, to memory: UnsafeMutableRawPointer, count: Int) throws(Fault) {
        let elements = elementCount
        guard elements > 0 else { return }
        let textBytes = count - 4 * elements
        // The runtime writes all texts in a row; they are then moved apart, last first, to make room for the lengths.
        var starts = [Int](repeating: 0, count: elements)
        unsafe try library.check(ort_strings(library.api, value, memory + 4 * elements, textBytes, &starts, elements))
        var target = 0
        for element in 0..<elements {
            let end = element + 1 < elements ? starts[element + 1] : textBytes
            let length = end - starts[element]
            unsafe (memory + target + 4).copyMemory(from: memory + 4 * elements + starts[element], byteCount: length)
            unsafe memory.storeBytes(of: UInt32(length).littleEndian, toByteOffset: target, as: UInt32.self)
            target += 4 + length
        }
    }
}
