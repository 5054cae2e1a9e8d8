internal import Core
internal import JSON

/// What `FilterLogEvents` looks for in a message: words, values of a JSON message, or fields between spaces.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
package enum LogPattern: Hashable, Sendable {
    case everything
    case words(WordPattern)
    case document(Condition<DocumentTest>)
    case fields(FieldPattern)

    package init(parsing text: String) throws(LogPatternRefusal) {
        let trimmed = Substring(text).trimmed
        if trimmed.isEmpty {
            self = .everything
        } else if trimmed.hasPrefix("{") {
            var reader = PatternReader(trimmed)
            self = .document(try reader.document())
        } else if trimmed.hasPrefix("[") {
            var reader = PatternReader(trimmed)
            self = .fields(try reader.fields())
        } else {
            self = .words(try WordPattern(parsing: trimmed))
        }
    }

    package func matches(_ message: String) -> Bool {
        switch self {
        case .everything: true
        case .words(let words): words.matches(message)
        case .fields(let fields): fields.matches(message)
        case .document(let condition):
            (try? Datum(json: Array(message.utf8))).map { document in
                document.map != nil && condition.holds { $0.passes(document) }
            } ?? false
        }
    }
}

/// Why a text is no pattern.
package struct LogPatternRefusal: Error, Hashable, Sendable {
    static let regularExpressions = "regular expressions (between %) are not offered"
    package let reason: String
}

extension Substring {
    var trimmed: Substring {
        var text = self
        while text.first?.isWhitespace ?? false { text.removeFirst() }
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return text
    }
}
