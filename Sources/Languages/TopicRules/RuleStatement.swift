internal import Core
internal import JSON

/// A rule's SQL: which messages it is about, and what it makes of them.
/// <https://docs.aws.amazon.com/iot/latest/developerguide/iot-sql-reference.html>
package struct RuleStatement: Hashable, Sendable {
    package static let bytesMax = 65_536
    package static let versions = ["2015-10-08", "2016-03-23", "beta"]
    /// Where nobody names one.
    package static let usualVersion = "2015-10-08"

    package let text: String
    /// Nil for a statement that is only spoken to by its rule's name.
    package let filter: TopicFilter?
    let version: String
    let selection: Selection
    let condition: Expression?

    package init(parsing text: String, version: String = usualVersion) throws(SQLRefusal) {
        guard text.utf8.count <= Self.bytesMax else {
            throw SQLRefusal("a statement has \(Self.bytesMax) bytes at most, not \(text.utf8.count)")
        }
        var reader = try SQLReader(Array(text.utf8))
        if reader.isAt(word: "set") { throw reader.refusal("SET is not offered here") }
        selection = try reader.query(isWithin: false).selection
        filter = try Self.filter(&reader)
        condition = try reader.condition()
        guard reader.token == .end else { throw reader.expected("the end of the statement") }
        self.text = text
        self.version = version
    }

    private static func filter(_ reader: inout SQLReader) throws(SQLRefusal) -> TopicFilter? {
        guard try reader.take(word: "from") else { return nil }
        guard case .text(let text) = reader.token else { throw reader.expected("a topic filter in quotes") }
        do throws(SQLRefusal) {
            let filter = try TopicFilter(parsing: text)
            try reader.advance()
            return filter
        } catch { throw error.character == nil ? reader.refusal(error.reason) : error }
    }

    /// What the actions are given; nil when the message is none of the rule's.
    package func outcome(for message: RuleMessage) throws(RuleFailure) -> [UInt8]? {
        guard message.document != nil || !readsDocument else {
            throw RuleFailure("the message is no JSON, and the statement asks for what is in it")
        }
        var evaluation = Evaluation(message, version: version)
        if let condition {
            guard try evaluation.value(condition, in: message.document)?.sqlFlag == true else { return nil }
        }
        // What is passed on whole is passed on as it came.
        if selection == .items([.everything]) || selection == .value(.whole) { return message.payload }
        guard let value = try evaluation.selected(selection, in: message.document) else { return [] }
        try evaluation.checkWeight(of: value)
        return value.json
    }

    /// > The SQL statement and templates must not refer to JSON names other than *. The SELECT statement must have * as
    /// > the only item, or must have only functions.
    /// <https://docs.aws.amazon.com/iot/latest/developerguide/binary-payloads.html>
    var readsDocument: Bool {
        if condition?.readsDocument ?? false { return true }
        switch selection {
        case .value(let value): return value != .whole && value.readsDocument
        case .items([.everything]): return false
        case .items(let items):
            return items.contains { item in
                if case .named(let value, _) = item { value.readsDocument } else { true }
            }
        }
    }

    /// Whether it asks who sent a message.
    package var asksForSender: Bool {
        if condition?.asksForSender ?? false { return true }
        switch selection {
        case .value(let value): return value.asksForSender
        case .items(let items): return items.contains { $0.value?.asksForSender ?? false }
        }
    }
}

extension SelectItem {
    var value: Expression? {
        switch self {
        case .everything: nil
        case .members(let value), .named(let value, _): value
        }
    }
}
