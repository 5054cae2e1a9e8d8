package import Core

/// What a component is called: letters, digits, `-`, `_` and `.`. Names are compared as they are written.
package struct ComponentName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String

    private static let lengthMax = 128

    package init(parsing text: String) throws(Fault) {
        guard !text.isEmpty, text.utf8.count <= Self.lengthMax, text.utf8.allSatisfy(Self.isAllowed) else {
            throw Fault(
                .invalid, "\"\(text)\" is no component name",
                hint: "use 1 to \(Self.lengthMax) letters, digits, '-', '_' and '.'")
        }
        // A folder of this name must not lead elsewhere.
        guard text != ".", text != ".." else { throw Fault(.invalid, "\"\(text)\" is no component name") }
        self.text = text
    }

    static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    package var description: String { text }
    package static func < (left: ComponentName, right: ComponentName) -> Bool { left.text < right.text }
}
