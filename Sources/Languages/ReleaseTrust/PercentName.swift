/// Names of roles and targets as parts of addresses and as names of files.
package enum PercentName {
    /// Everything but letters, digits and `-_.~` is written as `%XX`.
    package static func segment(_ text: String) -> String { encode(text, sparing: "-_.~") }

    /// The same, with folders kept.
    package static func path(_ text: String) -> String { encode(text, sparing: "-_.~/") }

    /// One file's name in one folder, never hidden and never the folder above.
    package static func file(_ text: String) -> String {
        let name = segment(text)
        return name.hasPrefix(".") ? "%2E" + name.dropFirst() : name
    }

    private static func encode(_ text: String, sparing kept: String) -> String {
        let spared = Set(kept.utf8)
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                bytes.append(byte)
            case _ where spared.contains(byte): bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xf)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
