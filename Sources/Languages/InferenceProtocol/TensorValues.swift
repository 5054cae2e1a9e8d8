internal import Core
package import JSON

/// A tensor's elements, read from its bytes one by one.
package struct TensorValues {
    private let tensor: AnswerTensor

    package init(_ tensor: AnswerTensor) { self.tensor = tensor }

    private func each<Value: BitwiseCopyable>(_: Value.Type, _ body: (Value) -> Void) {
        for place in 0..<tensor.elementCount {
            unsafe body(tensor.bytes.loadUnaligned(fromByteOffset: place * MemoryLayout<Value>.size, as: Value.self))
        }
    }

    /// Writes every element as a JSON value.
    package func write(to json: inout JSONWriter) {
        switch tensor.type {
        case .float32: each(Float.self) { json.float($0) }
        case .float64: each(Double.self) { json.double($0) }
        case .float16: each(UInt16.self) { json.float(Half.float($0)) }
        case .bfloat16: each(UInt16.self) { json.float(Brain.float($0)) }
        case .int8: each(Int8.self) { json.int(Int($0)) }
        case .int16: each(Int16.self) { json.int(Int($0)) }
        case .int32: each(Int32.self) { json.int(Int($0)) }
        case .int64: each(Int64.self) { json.int(Int($0)) }
        case .uint8: each(UInt8.self) { json.int(Int($0)) }
        case .uint16: each(UInt16.self) { json.int(Int($0)) }
        case .uint32: each(UInt32.self) { json.int(Int($0)) }
        case .uint64: each(UInt64.self) { json.uint($0) }
        case .bool: each(UInt8.self) { json.bool($0 != 0) }
        case .string: unsafe eachString { unsafe json.string(String(decoding: $0, as: UTF8.self)) }
        }
    }

    private func eachString(_ body: (UnsafeRawBufferPointer) -> Void) {
        var place = 0
        while unsafe place + 4 <= tensor.bytes.count {
            let length = unsafe Int(
                UInt32(littleEndian: tensor.bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
            guard unsafe length <= tensor.bytes.count - place - 4 else { return }
            unsafe body(UnsafeRawBufferPointer(rebasing: tensor.bytes[(place + 4)..<(place + 4 + length)]))
            place += 4 + length
        }
    }

    /// Refuses strings that are no text.
    func checkText() throws(Fault) {
        var isText = true
        unsafe eachString { bytes in if isText { isText = unsafe String(validating: bytes, as: UTF8.self) != nil } }
        guard !isText else { return }
        throw Fault(
            .invalid, "output '\(tensor.name)' holds bytes that are not UTF-8, and JSON cannot carry them",
            hint: "ask for the output with the parameter binary_data")
    }

    /// Every element of a whole type, 64 unsigned bits by their pattern; others have none.
    var integers: [Int64] {
        var list: [Int64] = []
        list.reserveCapacity(tensor.elementCount)
        switch tensor.type {
        case .int8: each(Int8.self) { list.append(Int64($0)) }
        case .int16: each(Int16.self) { list.append(Int64($0)) }
        case .int32: each(Int32.self) { list.append(Int64($0)) }
        case .int64: each(Int64.self) { list.append($0) }
        case .uint8, .bool: each(UInt8.self) { list.append(Int64($0)) }
        case .uint16: each(UInt16.self) { list.append(Int64($0)) }
        case .uint32: each(UInt32.self) { list.append(Int64($0)) }
        case .uint64: each(UInt64.self) { list.append(Int64(bitPattern: $0)) }
        case .float16, .bfloat16, .float32, .float64, .string: break
        }
        return list
    }

    /// Every element as a double; strings have none.
    package var doubles: [Double] {
        var list: [Double] = []
        list.reserveCapacity(tensor.elementCount)
        switch tensor.type {
        case .float32: each(Float.self) { list.append(Double($0)) }
        case .float64: each(Double.self) { list.append($0) }
        case .float16: each(UInt16.self) { list.append(Double(Half.float($0))) }
        case .bfloat16: each(UInt16.self) { list.append(Double(Brain.float($0))) }
        case .int8: each(Int8.self) { list.append(Double($0)) }
        case .int16: each(Int16.self) { list.append(Double($0)) }
        case .int32: each(Int32.self) { list.append(Double($0)) }
        case .int64: each(Int64.self) { list.append(Double($0)) }
        case .uint8, .bool: each(UInt8.self) { list.append(Double($0)) }
        case .uint16: each(UInt16.self) { list.append(Double($0)) }
        case .uint32: each(UInt32.self) { list.append(Double($0)) }
        case .uint64: each(UInt64.self) { list.append(Double($0)) }
        case .string: break
        }
        return list
    }
}
