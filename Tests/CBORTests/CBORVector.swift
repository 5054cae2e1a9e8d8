import CBOR
import Core
import Testing

/// Bytes in hexadecimal, and what they are.
struct CBORVector: Sendable, CustomTestStringConvertible {
    let hex: String
    let value: CBORValue

    init(_ hex: String, _ value: CBORValue) {
        self.hex = hex
        self.value = value
    }

    var testDescription: String { hex }
    var bytes: [UInt8] { Self.bytes(hex) }

    static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.utf8.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    static func hex(_ bytes: [UInt8]) -> String { Hexadecimal.text(bytes) }
}
