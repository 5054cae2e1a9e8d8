/// An address of the internet as its bits: `10.0.0.33`, `2001:db8::7`, `::ffff:10.0.0.33`.
struct InternetAddress: Hashable, Sendable {
    let bits: UInt128
    /// 32 or 128.
    let width: Int

    init?(_ text: Substring) {
        if let bits = Self.four(text) {
            self.bits = UInt128(bits)
            width = 32
        } else if let bits = Self.six(text) {
            self.bits = bits
            width = 128
        } else {
            return nil
        }
    }

    /// Four numbers; one with a leading zero is octal to some and decimal to others, so none has it.
    private static func four(_ text: Substring) -> UInt32? {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        guard words.count == 4 else { return nil }
        var bits: UInt32 = 0
        for word in words {
            guard word.utf8.allSatisfy({ (48...57).contains($0) }), word == "0" || word.first != "0",
                let byte = UInt8(word)
            else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        return bits
    }

    /// Eight groups, of which `::` leaves out those that are 0.
    private static func six(_ text: Substring) -> UInt128? {
        guard let gap = text.firstRange(of: "::") else {
            guard let groups = groups(text, mayEndInFour: true), groups.count == 8 else { return nil }
            return bits(groups)
        }
        guard let left = groups(text[..<gap.lowerBound], mayEndInFour: false),
            let right = groups(text[gap.upperBound...], mayEndInFour: true), left.count + right.count < 8
        else { return nil }
        return bits(left + Array(repeating: 0, count: 8 - left.count - right.count) + right)
    }

    private static func groups(_ text: Substring, mayEndInFour: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var words = text.split(separator: ":", omittingEmptySubsequences: false)
        var tail: [UInt16] = []
        if mayEndInFour, let last = words.last, let four = four(last) {
            tail = [UInt16(four >> 16), UInt16(truncatingIfNeeded: four)]
            words.removeLast()
        }
        var groups: [UInt16] = []
        for word in words {
            guard (1...4).contains(word.utf8.count), word.allSatisfy({ $0.isHexDigit && $0.isASCII }),
                let group = UInt16(word, radix: 16)
            else { return nil }
            groups.append(group)
        }
        return groups + tail
    }

    private static func bits(_ groups: [UInt16]) -> UInt128 { groups.reduce(0) { $0 << 16 | UInt128($1) } }
}
