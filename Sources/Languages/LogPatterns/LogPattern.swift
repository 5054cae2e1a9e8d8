internal import Core
internal import JSON

/// What `FilterLogEvents` looks for in a message: words, or values of a JSON message.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html>
package enum LogPattern: Hashable, Sendable {
    case everything
    case words(WordPattern)
    case document(DocumentTest)

    package init(parsing text: String) throws(LogPatternRefusal) {
        let trimmed = Substring(text).trimmed
        if trimmed.isEmpty {
            self = .everything
        } else if trimmed.hasPrefix("{") {
            var reader = DocumentPatternReader(trimmed)
            self = .document(try reader.read())
        } else {
            self = .words(try WordPattern(parsing: trimmed))
        }
    }

    package func matches(_ message: String) -> Bool {
        switch self {
        case .everything: true
        case .words(let words): words.matches(message)
        case .document(let test):
            (try? Datum(json: Array(message.utf8))).map { $0.map != nil && test.matches($0) } ?? false
        }
    }
}

/// Why a text is no pattern.
package struct LogPatternRefusal: Error, Hashable, Sendable {
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
