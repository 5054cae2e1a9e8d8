/// Percent encoding, as addresses, forms, signatures and names of files have it.
package enum PercentText {
    private static let digits = Array("0123456789ABCDEF".utf8)
    private static let mark = UInt8(ascii: "%")

    /// Everything but letters, digits and `-._~` becomes `%XX`.
    package static func encoded(_ bytes: some Sequence<UInt8>, keepingSlash: Bool = false) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if isPlain(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
                text.append(byte)
            } else {
                text += [mark, digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    package static func encoded(_ text: String, keepingSlash: Bool = false) -> String {
        encoded(text.utf8, keepingSlash: keepingSlash)
    }

    /// A `%` that no two digits follow stands for itself.
    package static func decoded(_ bytes: some Sequence<UInt8>) -> [UInt8] { read(bytes).plain }

    /// Nil when a `%` is followed by no two digits, or the bytes are no text.
    package static func strictlyDecoded(_ text: some StringProtocol) -> String? {
        let (plain, isWellFormed) = read(text.utf8)
        return isWellFormed ? String(validating: plain, as: UTF8.self) : nil
    }

    package static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func read(_ bytes: some Sequence<UInt8>) -> (plain: [UInt8], isWellFormed: Bool) {
        var plain: [UInt8] = []
        var isWellFormed = true
        var rest = Array(bytes)[...]
        while let byte = rest.popFirst() {
            guard byte == mark else {
                plain.append(byte)
                continue
            }
            let pair = rest.prefix(2)
            guard pair.count == 2, let high = Hexadecimal.value(pair[pair.startIndex]),
                let low = Hexadecimal.value(pair[pair.startIndex + 1])
            else {
                isWellFormed = false
                plain.append(byte)
                continue
            }
            plain.append(high << 4 | low)
            rest = rest.dropFirst(2)
        }
        return (plain, isWellFormed)
    }
}
