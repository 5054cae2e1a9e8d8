/// A place in the bytes of one protobuf message. It holds numbers only, so the bytes themselves stay borrowed.
///
/// > Each key in the streamed message is a varint with the value `(field_number << 3) | wire_type`.
/// <https://protobuf.dev/programming-guides/encoding/>
struct WireCursor {
    /// Where the message begins in the file.
    let start: Int
    private var position: Int
    private let end: Int
    private let depth: Int

    init(over range: Range<Int>, depth: Int) {
        start = range.lowerBound
        position = range.lowerBound
        end = range.upperBound
        self.depth = depth
    }

    /// The next field, or nil at the end of the message.
    mutating func next(in bytes: Span<UInt8>) throws(ONNXFormatError) -> WireField? {
        guard position < end else { return nil }
        let offset = position
        let tag = try varint(in: bytes)
        guard let number = Int(exactly: tag >> 3), number > 0, number <= FormatLimit.fieldNumberMax else {
            throw ONNXFormatError(.malformed, at: offset, "field number \(tag >> 3) is not one that protobuf allows")
        }
        let value = try value(ofType: tag & 7, field: number, at: offset, in: bytes)
        return WireField(number: number, offset: offset, depth: depth, value: value)
    }

    /// The next number of a packed list, or nil at its end.
    mutating func nextPacked(in bytes: Span<UInt8>) throws(ONNXFormatError) -> Int64? {
        guard position < end else { return nil }
        return Int64(bitPattern: try varint(in: bytes))
    }

    private mutating func value(
        ofType wireType: UInt64, field: Int, at offset: Int, in bytes: Span<UInt8>
    ) throws(ONNXFormatError) -> WireField.Value {
        switch wireType {
        case 0:
            return .varint(try varint(in: bytes))
        case 1:
            _ = try skip(8, field: field)
            return .fixed64
        case 2:
            let length = try varint(in: bytes)
            return .bytes(try skip(length, field: field))
        case 5:
            _ = try skip(4, field: field)
            return .fixed32
        default:
            throw ONNXFormatError(
                .malformed, at: offset, "field \(field) has wire type \(wireType), which no ONNX model uses")
        }
    }

    /// Steps over `count` bytes and says where they were.
    private mutating func skip(_ count: UInt64, field: Int) throws(ONNXFormatError) -> Range<Int> {
        let left = end - position
        guard let count = Int(exactly: count), count <= left else {
            throw ONNXFormatError(
                .truncated, at: position, "field \(field) is \(count) bytes long but only \(left) are left")
        }
        let start = position
        position += count
        return start..<position
    }

    private mutating func varint(in bytes: Span<UInt8>) throws(ONNXFormatError) -> UInt64 {
        let start = position
        var result: UInt64 = 0
        for index in 0..<FormatLimit.varintBytesMax {
            guard position < end else {
                throw ONNXFormatError(.truncated, at: start, "a number is cut off by the end of its message")
            }
            let byte = bytes[position]
            position += 1
            result |= UInt64(byte & 0x7F) << UInt64(7 * index)
            if byte < 0x80 {
                // The tenth byte holds the 64th bit and no other.
                guard index < FormatLimit.varintBytesMax - 1 || byte <= 1 else { break }
                return result
            }
        }
        throw ONNXFormatError(.malformed, at: start, "a number is longer than 64 bits")
    }
}
