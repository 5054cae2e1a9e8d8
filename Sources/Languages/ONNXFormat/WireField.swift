/// One field of a protobuf message: its number, where it stands, and its value or where its value stands.
struct WireField {
    /// What the wire type says the value is. Bytes are never copied: only their place is kept.
    enum Value {
        case varint(UInt64)
        case fixed64
        case fixed32
        case bytes(Range<Int>)
    }

    let number: Int
    /// Where the field's tag stands in the file.
    let offset: Int
    /// How many messages lie around this field.
    let depth: Int
    let value: Value
}

extension WireField {
    /// The value as a protobuf `int64`.
    func integer(_ name: String) throws(ONNXFormatError) -> Int64 {
        guard case .varint(let bits) = value else { throw mistyped(name, wants: "a number") }
        return Int64(bitPattern: bits)
    }

    /// The value as the number of an element type; a number that is none is kept and shown as such.
    func elementType(_ name: String) throws(ONNXFormatError) -> ElementType {
        ElementType(rawValue: Int32(truncatingIfNeeded: try integer(name)))
    }

    /// The place of the value's bytes, for a string, a message or a packed list.
    func range(_ name: String) throws(ONNXFormatError) -> Range<Int> {
        guard case .bytes(let range) = value else { throw mistyped(name, wants: "bytes with a length") }
        return range
    }

    /// The value as text. Broken UTF-8 is repaired, as a name is shown and never looked up.
    func text(_ name: String, in bytes: Span<UInt8>) throws(ONNXFormatError) -> String {
        let span = bytes.extracting(try range(name))
        if let utf8 = try? UTF8Span(validating: span) { return String(copying: utf8) }
        var copy: [UInt8] = []
        copy.reserveCapacity(span.count)
        for index in span.indices { copy.append(span[index]) }
        return String(decoding: copy, as: UTF8.self)
    }

    /// A cursor over the value as a message of its own.
    func message(_ name: String) throws(ONNXFormatError) -> WireCursor {
        guard depth < FormatLimit.nestingDepthMax else {
            throw ONNXFormatError(
                .limit, at: offset, "messages are nested more than \(FormatLimit.nestingDepthMax) deep, in \(name)")
        }
        return WireCursor(over: try range(name), depth: depth + 1)
    }

    private func mistyped(_ name: String, wants: String) -> ONNXFormatError {
        ONNXFormatError(.malformed, at: offset, "field \(number) (\(name)) is not \(wants)")
    }
}
