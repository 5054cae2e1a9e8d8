/// Addresses that begin alike: `10.0.0.0/8`, `2001:db8::/32`, or one address alone.
struct AddressRange: Hashable, Sendable {
    /// Four bytes or sixteen.
    private let bytes: [UInt8]
    private let prefix: Int

    /// A range, or one address; nil for anything else.
    init?(parsing text: String) {
        let halves = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = Self.version4(halves[0]) ?? Self.version6(halves[0]) else { return nil }
        self.bytes = bytes
        guard halves.count == 2 else {
            prefix = bytes.count * 8
            return
        }
        guard let prefix = Self.number(halves[1], max: bytes.count * 8) else { return nil }
        self.prefix = prefix
    }

    /// One address of a request. An IPv4 caller on a socket for both families arrives as `::ffff:10.0.0.1`.
    init?(address text: String) {
        guard !text.contains("/"), let range = AddressRange(parsing: text) else { return nil }
        let mapped: [UInt8] = Array(repeating: 0, count: 10) + [255, 255]
        bytes = range.bytes.starts(with: mapped) ? Array(range.bytes[12...]) : range.bytes
        prefix = bytes.count * 8
    }

    func contains(_ other: AddressRange) -> Bool {
        guard bytes.count == other.bytes.count, prefix <= other.prefix else { return false }
        return (0..<prefix).allSatisfy { bit in
            (bytes[bit / 8] ^ other.bytes[bit / 8]) & (0x80 >> UInt8(bit % 8)) == 0
        }
    }

    /// Digits without a leading zero, which some readers would take for octal.
    private static func number(_ text: Substring, max: Int) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 3, text == "0" || text.first != "0",
            text.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains), let number = Int(text),
            number <= max
        else { return nil }
        return number
    }

    private static func version4(_ text: Substring) -> [UInt8]? {
        let numbers = text.split(separator: ".", omittingEmptySubsequences: false).map { number($0, max: 255) }
        let bytes = numbers.compactMap { $0.map { UInt8($0) } }
        return numbers.count == 4 && bytes.count == 4 ? bytes : nil
    }

    /// `::` stands once, for as many zeros as are missing.
    private static func version6(_ text: Substring) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            return groups(text, isLast: true).flatMap { $0.count == 16 ? $0 : nil }
        }
        let (front, back) = (text[..<gap.lowerBound], text[gap.upperBound...])
        guard let head = front.isEmpty ? [] : groups(front, isLast: false),
            let tail = back.isEmpty ? [] : groups(back, isLast: true), head.count + tail.count <= 14
        else { return nil }
        return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    /// Groups of hexadecimal digits; the last of all may be an IPv4 address.
    private static func groups(_ text: Substring, isLast: Bool) -> [UInt8]? {
        var bytes: [UInt8] = []
        for group in text.split(separator: ":", omittingEmptySubsequences: false) {
            if isLast, group.endIndex == text.endIndex, let four = version4(group) {
                bytes += four
            } else {
                guard group.utf8.count <= 4, group.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                    let number = UInt16(group, radix: 16)
                else { return nil }
                bytes += [UInt8(number >> 8), UInt8(number & 0xff)]
            }
        }
        return bytes
    }
}
