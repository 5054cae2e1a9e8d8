/// One step of a document as it is read.
struct YAMLEvent {
    struct Mark: Hashable {
        let line: Int
        let column: Int
    }

    struct Scalar {
        let text: String
        /// Nothing says what it is but its letters.
        let isPlain: Bool
    }

    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias(String)
        case scalar(Scalar)
        case listStart, listEnd, mapStart, mapEnd
    }

    let kind: Kind
    let mark: Mark
    var anchor: String?
    var tag: String?
}
