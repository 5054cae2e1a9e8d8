package import Core
package import JSON

/// A tensor's values as JSON gives them, flat or nested, turned into the bytes that a runtime reads.
package struct TensorText {
    private let node: JSONNode
    private let type: ElementType
    private let shape: [Int]
    private let name: String
    private var elementCount: Int { shape.reduce(1, *) }

    /// Checks that there are as many values as the shape says, and that nested arrays follow it.
    package init(_ node: JSONNode, type: ElementType, shape: [Int], name: String) throws(Fault) {
        self.node = node
        self.type = type
        self.shape = shape
        self.name = name
        guard
            shape.reduce(
                into: (1, false),
                { total, side in
                    let (product, overflow) = total.0.multipliedReportingOverflow(by: side)
                    total = (product, total.1 || overflow)
                }
            ).1 == false
        else { throw Fault(.invalid, "the shape of input '\(name)' is too large") }
        if node.isNested {
            try check(node, axis: 0)
        } else if node.count != elementCount {
            throw wrongCount(node.count ?? 0)
        }
    }

    private func wrongCount(_ count: Int) -> Fault {
        Fault(.invalid, "input '\(name)' has \(count) values, and its shape \(shape) needs \(elementCount)")
    }

    private func check(_ part: JSONNode, axis: Int) throws(Fault) {
        guard axis < shape.count, part.count == shape[axis] else {
            throw Fault(
                .invalid, "the nested data of input '\(name)' do not follow its shape \(shape) (ragged or too deep)")
        }
        guard axis + 1 < shape.count else {
            guard !part.isNested else {
                throw Fault(.invalid, "the data of input '\(name)' are nested deeper than its shape \(shape)")
            }
            return
        }
        guard part.packed == nil else {
            throw Fault(
                .invalid, "the nested data of input '\(name)' do not follow its shape \(shape) (ragged or too shallow)")
        }
        try part.forEachElement { (inner) throws(Fault) in
            guard inner.kind == .array else { throw Fault(.invalid, "the nested data of input '\(name)' are ragged") }
            try check(inner, axis: axis + 1)
        }
    }

    /// How many bytes `write` fills.
    package var byteCount: Int {
        if let stride = type.stride { return elementCount * stride }
        return stringBytes(node)
    }

    private func stringBytes(_ part: JSONNode) -> Int {
        var bytes = 0
        part.forEachElement { unsafe bytes += $0.kind == .array ? stringBytes($0) : 4 + ($0.utf8?.count ?? 0) }
        return bytes
    }

    package func write(to memory: UnsafeMutableRawPointer) throws(Fault) {
        var place = 0
        unsafe try write(node, memory, &place)
    }

    private func write(_ part: JSONNode, _ memory: UnsafeMutableRawPointer, _ place: inout Int) throws(Fault) {
        if let numbers = part.packed {
            unsafe try NumberBlock(numbers, name: name).write(as: type, to: memory + place)
            place += numbers.count * (type.stride ?? 0)
            return
        }
        var failure: Fault?
        part.forEachElement { element in
            guard failure == nil else { return }
            do throws(Fault) {
                if element.kind == .array {
                    unsafe try write(element, memory, &place)
                } else {
                    unsafe try writeOne(element, memory, &place)
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
    }

    private func writeOne(_ element: JSONNode, _ memory: UnsafeMutableRawPointer, _ place: inout Int) throws(Fault) {
        switch (type, element.kind) {
        case (.string, .string):
            guard let text = unsafe element.utf8 else { return }
            unsafe memory.storeBytes(of: UInt32(text.count).littleEndian, toByteOffset: place, as: UInt32.self)
            if let start = text.baseAddress {
                unsafe (memory + place + 4).copyMemory(from: start, byteCount: text.count)
            }
            place += 4 + text.count
        case (.bool, .bool):
            unsafe memory.storeBytes(of: element.bool == true ? 1 : 0, toByteOffset: place, as: UInt8.self)
            place += 1
        default:
            throw Fault(.invalid, "input '\(name)' is \(type.name) and has a value of another kind")
        }
    }
}

/// A run of numbers, narrowed to a tensor's type; what does not fit is refused with its place.
struct NumberBlock {
    private let numbers: PackedNumbers
    private let name: String

    init(_ numbers: PackedNumbers, name: String) {
        self.numbers = numbers
        self.name = name
    }

    func write(as type: ElementType, to memory: UnsafeMutableRawPointer) throws(Fault) {
        switch type {
        case .float32: _ = unsafe numbers.narrow(to: memory.assumingMemoryBound(to: Float.self))
        case .float64: for place in 0..<numbers.count { unsafe store(numbers.double(place), memory, place) }
        case .float16:
            for place in 0..<numbers.count { unsafe store(Half.bits(Float(numbers.double(place))), memory, place) }
        case .bfloat16:
            for place in 0..<numbers.count { unsafe store(Brain.bits(Float(numbers.double(place))), memory, place) }
        case .int8: unsafe try whole(Int8.self, type, memory)
        case .int16: unsafe try whole(Int16.self, type, memory)
        case .int32: unsafe try whole(Int32.self, type, memory)
        case .int64: unsafe try whole(Int64.self, type, memory)
        case .uint8: unsafe try whole(UInt8.self, type, memory)
        case .uint16: unsafe try whole(UInt16.self, type, memory)
        case .uint32: unsafe try whole(UInt32.self, type, memory)
        case .uint64: unsafe try large(memory)
        case .bool: unsafe try flags(memory)
        case .string: throw Fault(.invalid, "input '\(name)' is BYTES and has a number among its data")
        }
    }

    private func store<Value: BitwiseCopyable>(_ value: Value, _ memory: UnsafeMutableRawPointer, _ place: Int) {
        unsafe memory.storeBytes(of: value, toByteOffset: place * MemoryLayout<Value>.size, as: Value.self)
    }

    private func unfit(_ place: Int, _ type: ElementType) -> Fault {
        Fault(.invalid, "value \(numbers.double(place)) at \(place) of input '\(name)' does not fit \(type.name)")
    }

    private func whole<Value: FixedWidthInteger & BitwiseCopyable>(
        _: Value.Type, _ type: ElementType, _ memory: UnsafeMutableRawPointer
    ) throws(Fault) {
        for place in 0..<numbers.count {
            guard let number = numbers.int(place), let value = Value(exactly: number) else { throw unfit(place, type) }
            unsafe store(value, memory, place)
        }
    }

    private func large(_ memory: UnsafeMutableRawPointer) throws(Fault) {
        for place in 0..<numbers.count {
            guard let value = numbers.uint(place) else { throw unfit(place, .uint64) }
            unsafe store(value, memory, place)
        }
    }

    private func flags(_ memory: UnsafeMutableRawPointer) throws(Fault) {
        for place in 0..<numbers.count {
            guard let value = numbers.int(place), value == 0 || value == 1 else { throw unfit(place, .bool) }
            unsafe store(UInt8(value), memory, place)
        }
    }
}

/// bfloat16 as bits: the upper half of a float32, rounded to nearest even.
package enum Brain {
    package static func bits(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
    }
    package static func float(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }
}
