import CBOR
import Testing

/// Bytes that come from anybody: each is refused where it is wrong, and costs no more than its own length.
@Suite struct CBORRefusalTests {
    struct Wrong: Sendable, CustomTestStringConvertible {
        let bytes: [UInt8]
        let reason: String
        let position: Int
        init(_ hex: String, _ reason: String, _ position: Int) {
            self.init(CBORVector.bytes(hex), reason, position)
        }
        init(_ bytes: [UInt8], _ reason: String, _ position: Int) {
            self.bytes = bytes
            self.reason = reason
            self.position = position
        }
        var testDescription: String { CBORVector.hex(Array(bytes.prefix(20))) }
    }

    static func expect(_ row: Wrong) {
        let refusal = #expect(throws: CBORRefusal.self) { _ = try CBORValue(parsing: row.bytes) }
        #expect(refusal?.reason.contains(row.reason) == true, "\(String(describing: refusal))")
        #expect(refusal?.position == row.position, "\(String(describing: refusal))")
    }

    @Test(arguments: [
        Wrong("", "end inside", 0), Wrong("18", "end inside", 0), Wrong("1b00", "end inside", 0),
        Wrong("6261", "end inside", 0), Wrong("f9", "end inside", 0), Wrong("c1", "end inside", 1),
        Wrong("a16161", "end inside", 3), Wrong("9f01", "end inside", 2), Wrong("bf6161", "end inside", 3),
        Wrong("7f6161", "end inside", 3), Wrong("5f", "end inside", 1),
    ])
    func refusesWhatIsCutOff(_ row: Wrong) { Self.expect(row) }

    @Test(arguments: [
        Wrong("1c", "0x1c begins nothing", 0), Wrong("811f", "0x1f begins nothing", 1),
        Wrong("ff", "an end where", 0), Wrong("82ffff", "an end where", 1), Wrong("bf6161ff", "an end where", 3),
        Wrong("0001", "a second value", 1), Wrong("a000", "a second value", 1),
        Wrong("a10102", "a key must be a text", 1), Wrong("a1416101", "a key must be a text", 1),
        Wrong("bf8001ff", "a key must be a text", 1), Wrong("a2616101616102", "'a' is repeated", 4),
        Wrong("bf6161017f6161ff02ff", "'a' is repeated", 7),
        Wrong("61ff", "not UTF-8", 0), Wrong("62eda0", "not UTF-8", 0),
        // A letter may not lie in two pieces.
        Wrong("7f61c361bcff", "not UTF-8", 1), Wrong("a161ff01", "not UTF-8", 1),
        Wrong("7f4161ff", "a piece of a text", 1), Wrong("7f7f6161ffff", "a piece of a text", 1),
        Wrong("5f6161ff", "a piece of bytes", 1), Wrong("5f5f4161ffff", "a piece of bytes", 1),
        Wrong("c1f6", "a time must be", 1), Wrong("c16161", "a time must be", 1), Wrong("c1c101", "a time must be", 1),
        Wrong("d9d9f700", "the tag 55799", 0), Wrong("81c240", "the tag 2", 1),
    ])
    func refusesMalformed(_ row: Wrong) { Self.expect(row) }

    /// Nothing is set aside for what is only announced.
    @Test(arguments: [
        Wrong("9bffffffffffffffff", "than there are bytes", 0), Wrong("9b7fffffffffffffff", "than there are bytes", 0),
        Wrong("bb7fffffffffffffff", "than there are bytes", 0), Wrong("9a7fffffff00", "than there are bytes", 0),
        Wrong("820181", "than there are bytes", 2), Wrong("a26161", "than there are bytes", 0),
        Wrong("5bffffffffffffffff00", "end inside", 0), Wrong("7b7fffffffffffffff00", "end inside", 0),
        Wrong("5a7fffffff00", "end inside", 0), Wrong("a1616159ffff00", "end inside", 3),
    ])
    func refusesEmptyPromises(_ row: Wrong) { Self.expect(row) }

    @Test(arguments: [UInt8(0x81), 0x9f]) func refusesDepth(_ list: UInt8) {
        Self.expect(Wrong(Array(repeating: list, count: 1 << 20), "nested more than 64 deep", 64))
        let deep: [UInt8] = Array(repeating: 0x81, count: 64) + [0x00]
        #expect(throws: Never.self) { _ = try CBORValue(parsing: deep) }
    }

    @Test func refusesTooManyValues() {
        let row = [0x9f] + Array(repeating: UInt8(0x00), count: 1_000_000) + [0xff]
        Self.expect(Wrong(row, "more than 1000000 values", 1_000_000))
        // Pieces of a text count too, however little is in them.
        let pieces = [0x7f] + Array(repeating: UInt8(0x60), count: 1_000_000) + [0xff]
        Self.expect(Wrong(pieces, "more than 1000000 values", 1_000_000))
    }

    @Test func refusesWhatIsTooLarge() {
        Self.expect(Wrong(Array(repeating: 0x00, count: 8 << 20 + 1), "larger than 8", 0))
    }

    /// Whatever is changed in a value: it is read, or refused, and nothing else.
    @Test func survivesEveryChangeOfAByte() throws {
        let value = CBORValue.map([
            .init("Text", .text("a\u{fc}\u{6c34}")), .init("Bytes", .bytes([0, 255])), .init("At", .time(1.5)),
            .init("List", .list([.null, .bool(true), .whole(-70_000), .number(1.1), .map([.init("k", .list([]))])])),
        ])
        let bytes = value.encoded
        #expect(try CBORValue(parsing: bytes) == value)
        for place in bytes.indices {
            #expect(throws: CBORRefusal.self) { _ = try CBORValue(parsing: Array(bytes[..<place])) }
            for byte in UInt8.min...UInt8.max {
                var changed = bytes
                changed[place] = byte
                guard let read = try? CBORValue(parsing: changed) else { continue }
                // Read again it is the same, but for what is no number.
                #expect(try CBORValue(parsing: read.encoded).encoded == read.encoded)
            }
        }
    }
}
