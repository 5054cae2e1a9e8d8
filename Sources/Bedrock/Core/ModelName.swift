/// A model's name as it stands in paths and addresses: nothing in it can leave a folder.
package struct ModelName: Hashable, Sendable, CustomStringConvertible {
    package static let charactersMax = 128
    package let description: String

    package init(parsing text: String) throws(Fault) {
        guard (1...Self.charactersMax).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "."),
            text.utf8.allSatisfy(Self.allows)
        else {
            throw Fault(
                .invalid, "model name \"\(text.prefix(Self.charactersMax))\" is not valid",
                hint: "use 1 to \(Self.charactersMax) of A-Z a-z 0-9 . _ - and no leading dot")
        }
        description = text
    }

    private static func allows(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
