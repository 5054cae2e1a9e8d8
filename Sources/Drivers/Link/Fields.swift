internal import Core

/// Appends numbers and texts as plain bytes.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []

    mutating func put(_ value: UInt32) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }
    mutating func put(_ value: UInt64) {
        unsafe withUnsafeBytes(of: value.littleEndian) { unsafe bytes.append(contentsOf: $0) }
    }
    mutating func put(_ text: String) {
        put(UInt32(text.utf8.count))
        bytes.append(contentsOf: text.utf8)
    }
}

/// Reads them back; anything that does not fit is a fault, never a crash.
@safe struct FieldReader {
    private let memory: UnsafeMutableRawBufferPointer
    private var place = 0

    init(_ memory: UnsafeMutableRawBufferPointer) { unsafe self.memory = unsafe memory }

    private mutating func take(_ count: Int) throws(Fault) -> UnsafeRawBufferPointer {
        guard unsafe count <= memory.count - place else {
            throw Fault(.invalid, "the engine's description is cut short")
        }
        defer { place += count }
        return unsafe UnsafeRawBufferPointer(rebasing: memory[place..<(place + count)])
    }

    mutating func word() throws(Fault) -> UInt32 {
        unsafe UInt32(littleEndian: try take(4).loadUnaligned(as: UInt32.self))
    }
    mutating func number() throws(Fault) -> UInt64 {
        unsafe UInt64(littleEndian: try take(8).loadUnaligned(as: UInt64.self))
    }
    mutating func text() throws(Fault) -> String { unsafe String(decoding: try take(Int(try word())), as: UTF8.self) }
}
