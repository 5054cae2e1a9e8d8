/// Percent encoding as signatures want it: everything but letters, digits and `-._~`.
enum URIText {
    static func encoded(_ bytes: some Sequence<UInt8>, keepingSlash: Bool = false) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            if isPlain(byte) || (keepingSlash && byte == UInt8(ascii: "/")) {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), digit(byte >> 4), digit(byte & 0xf)]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    static func encoded(_ text: String, keepingSlash: Bool = false) -> String {
        encoded(text.utf8, keepingSlash: keepingSlash)
    }

    /// A `%` that no two digits follow stands for itself.
    static func decoded(_ text: Substring) -> [UInt8] {
        let bytes = Array(text.utf8)
        var plain: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count, let high = value(bytes[place + 1]),
                let low = value(bytes[place + 2])
            {
                plain.append(high << 4 | low)
                place += 3
            } else {
                plain.append(bytes[place])
                place += 1
            }
        }
        return plain
    }

    static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 { nibble < 10 ? 48 + nibble : 55 + nibble }

    static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - 48
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - 87
        case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - 55
        default: nil
        }
    }
}
