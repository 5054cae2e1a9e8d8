internal import Core

/// What a member of a request may be. The same declaration reads forms and documents, refuses what does not fit, and is
/// listed.
package indirect enum Shape: Hashable, Sendable {
    case text
    case whole
    case number
    case flag
    /// Seconds since 1970 in JSON, ISO 8601 in forms, a tag in CBOR; kept as seconds.
    case time
    /// Base 64 on the wire, but for CBOR; kept as that.
    case blob
    case list(Shape)
    case map(Shape)
    case structure([Member])
    /// A document of any form.
    case anything

    var name: String {
        switch self {
        case .text: "String"
        case .whole: "Integer"
        case .number: "Double"
        case .flag: "Boolean"
        case .time: "Timestamp"
        case .blob: "Blob"
        case .list: "List"
        case .map: "Map"
        case .structure: "Structure"
        case .anything: "Document"
        }
    }
}

/// A member of a request.
package struct Member: Hashable, Sendable {
    package let name: String
    package let shape: Shape
    package let isRequired: Bool
    /// How long a text may be, how many a list may have, or how great a number may be.
    package let range: ClosedRange<Int>?
    /// The words that a text is one of.
    package let words: [String]
    /// What a text may hold beside letters and digits; nil for anything.
    package let marks: String?

    package init(
        _ name: String, _ shape: Shape = .text, required: Bool = false, _ range: ClosedRange<Int>? = nil,
        words: [String] = [], marks: String? = nil
    ) {
        self.name = name
        self.shape = shape
        isRequired = required
        self.range = range
        self.words = words
        self.marks = marks
    }

    /// A text that may be left out.
    package init(_ name: String, _ range: ClosedRange<Int>) { self.init(name, .text, range) }
}
