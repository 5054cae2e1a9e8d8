internal import CJSON
package import Core

/// Writes JSON into a buffer as it is said; the caller says commas by saying `element` or `key`.
package struct JSONWriter {
    package let buffer: ByteBuffer
    private var needsComma = false

    package init(_ buffer: ByteBuffer) { self.buffer = buffer }

    private mutating func separate() {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    package mutating func beginObject() { separate(); buffer.append(UInt8(ascii: "{")); needsComma = false }
    package mutating func endObject() { buffer.append(UInt8(ascii: "}")); needsComma = true }
    package mutating func beginArray() { separate(); buffer.append(UInt8(ascii: "[")); needsComma = false }
    package mutating func endArray() { buffer.append(UInt8(ascii: "]")); needsComma = true }

    package mutating func key(_ name: StaticString) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        buffer.append(name)
        buffer.append("\":" as StaticString)
        needsComma = false
    }

    package mutating func key(_ name: String) {
        separate()
        quote(name)
        buffer.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ text: String) { separate(); quote(text) }
    package mutating func string(_ bytes: UnsafeRawBufferPointer) { separate(); unsafe quote(bytes) }
    package mutating func bool(_ value: Bool) { separate(); buffer.append(value ? "true" : "false" as StaticString) }
    package mutating func null() { separate(); buffer.append("null" as StaticString) }
    package mutating func int(_ value: Int) { separate(); buffer.append(decimal: value) }
    package mutating func uint(_ value: UInt64) { separate(); buffer.append(decimal: UInt(value)) }

    /// A value that is JSON already.
    package mutating func raw(_ text: String) { separate(); buffer.append(text) }

    /// Shortest text that reads back the same. JSON has no NaN: it is written as Python writes it.
    package mutating func double(_ value: Double) {
        separate()
        if !value.isFinite { return unusual(value) }
        unsafe buffer.commit(ls_format_double(value, buffer.reserve(32).assumingMemoryBound(to: CChar.self)))
    }

    package mutating func float(_ value: Float) {
        separate()
        if !value.isFinite { return unusual(Double(value)) }
        unsafe buffer.commit(ls_format_float(value, buffer.reserve(32).assumingMemoryBound(to: CChar.self)))
    }

    private func unusual(_ value: Double) {
        buffer.append(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" as StaticString)
    }

    private func quote(_ text: String) {
        var text = text
        text.withUTF8 { unsafe quote(UnsafeRawBufferPointer($0)) }
    }

    private func quote(_ bytes: UnsafeRawBufferPointer) {
        buffer.append(UInt8(ascii: "\""))
        var plainFrom = 0
        for place in bytes.indices {
            let byte = unsafe bytes[place]
            guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
            unsafe buffer.append(UnsafeRawBufferPointer(rebasing: bytes[plainFrom..<place]))
            escape(byte)
            plainFrom = place + 1
        }
        unsafe buffer.append(UnsafeRawBufferPointer(rebasing: bytes[plainFrom...]))
        buffer.append(UInt8(ascii: "\""))
    }

    private func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"): buffer.append("\\n" as StaticString)
        case UInt8(ascii: "\r"): buffer.append("\\r" as StaticString)
        case UInt8(ascii: "\t"): buffer.append("\\t" as StaticString)
        case UInt8(ascii: "\""): buffer.append("\\\"" as StaticString)
        case UInt8(ascii: "\\"): buffer.append("\\\\" as StaticString)
        default:
            let hex = String(byte, radix: 16)
            buffer.append(hex.utf8.count == 1 ? "\\u000" : "\\u00" as StaticString)
            buffer.append(hex)
        }
    }
}

/// Four decimals, as Python's "{:.4f}" prints them: what the seed's messages show.
package func fourDecimals(_ value: Double) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 48) { text in
        guard let start = text.baseAddress else { return "" }
        let count = unsafe ls_format_4f(value, start)
        return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}

/// As C's "%f": exact, with six decimals, and without an exponent however large it is.
package func sixDecimals(_ value: Double) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(LS_SIX_DECIMALS_ROOM)) { text in
        guard let start = text.baseAddress else { return "" }
        let count = unsafe ls_format_6f(value, start)
        return unsafe String(decoding: UnsafeRawBufferPointer(start: start, count: count), as: UTF8.self)
    }
}
