internal import CDigest

/// The 32 bytes that stand for some other bytes: how releases, frames and ledger entries are named and compared.
package struct SHA256Digest: Hashable, Sendable, CustomStringConvertible {
    package static let byteCount = 32
    /// What comes before the first link of a chain.
    package static let zero = SHA256Digest(words: .zero)

    /// Eight bytes each, the first byte highest.
    let words: SIMD4<UInt64>

    init(words: SIMD4<UInt64>) { self.words = words }

    /// Nil unless there are exactly 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        var words = SIMD4<UInt64>.zero
        for (place, byte) in bytes.enumerated() { words[place / 8] = words[place / 8] << 8 | UInt64(byte) }
        self.words = words
    }

    /// Sixty-four hexadecimal digits, as `sha256sum` prints them; nil for anything else.
    package init?(parsing text: String) {
        guard text.utf8.count == 2 * Self.byteCount else { return nil }
        var words = SIMD4<UInt64>.zero
        for (place, character) in text.utf8.enumerated() {
            guard let digit = Self.digit(character) else { return nil }
            words[place / 16] = words[place / 16] << 4 | digit
        }
        self.words = words
    }

    package var bytes: [UInt8] {
        (0..<Self.byteCount).map { UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(56 - $0 % 8 * 8)) }
    }

    /// Sixty-four digits in lower case.
    package var description: String {
        let digits = (0..<2 * Self.byteCount).map { place -> UInt8 in
            let digit = UInt8(truncatingIfNeeded: words[place / 16] >> UInt64(60 - place % 16 * 4) & 0xf)
            return digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
        }
        return String(decoding: digits, as: UTF8.self)
    }

    /// As a Content-Security-Policy and a checksum header name it.
    package var base64: String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: (Self.byteCount + 2) / 3 * 4 + 1) { text in
            guard let start = text.baseAddress else { return "" }
            unsafe ls_base64(bytes, Self.byteCount, start)
            return unsafe String(cString: start)
        }
    }

    private static func digit(_ character: UInt8) -> UInt64? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(character - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(character - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(character - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
