package import Core

/// Something that runs one content-addressed thing at a time: all components together, or one station.
package struct Place: Hashable, Sendable, CustomStringConvertible {
    private static let nameBytesMax = 128

    /// As the record, the documents and people write it: `components`, `station/left`.
    package let description: String

    /// What runs here is a generation: every component's version, artifacts and configuration.
    package static let components = Place(unchecked: "components")

    /// What runs here is a release.
    package static func station(_ name: String) throws(Fault) -> Place { try Place(parsing: "station/\(name)") }

    package init(parsing text: String) throws(Fault) {
        guard text != Self.components.description else {
            self = .components
            return
        }
        let name = text.hasPrefix("station/") ? text.dropFirst("station/".count) : ""
        guard !name.isEmpty, name.utf8.count <= Self.nameBytesMax, name.allSatisfy(Self.isPlain) else {
            throw Fault(
                .invalid, "\"\(text)\" is no place for a release",
                hint: "write `components`, or `station/NAME` with letters, digits, '.', '_' and '-'")
        }
        description = text
    }

    private init(unchecked text: String) { description = text }

    /// A station's name without the word before it; nil for the components.
    package var stationName: String? {
        self == .components ? nil : String(description.dropFirst("station/".count))
    }

    private static func isPlain(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber || "._-".contains(character))
    }
}

extension Place: Comparable {
    /// The order in which places are activated: what stations may lean on comes first.
    package static func < (left: Place, right: Place) -> Bool {
        if (left == .components) != (right == .components) { return left == .components }
        return left.description < right.description
    }
}
