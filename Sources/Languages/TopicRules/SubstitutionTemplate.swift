internal import Core
internal import JSON

/// A text with `${expressions}` in it, each about the message as it came.
/// <https://docs.aws.amazon.com/iot/latest/developerguide/iot-substitution-templates.html>
package struct SubstitutionTemplate: Hashable, Sendable {
    private static let bytesMax = 65_536

    private enum Piece: Hashable, Sendable {
        case text(String)
        case value(Expression)
    }

    package let text: String
    private let pieces: [Piece]

    package init(parsing text: String) throws(SQLRefusal) {
        guard text.utf8.count <= Self.bytesMax else {
            throw SQLRefusal("a template has \(Self.bytesMax) bytes at most")
        }
        self.text = text
        let bytes = Array(text.utf8)
        let mark = Array("${".utf8)
        var pieces: [Piece] = []
        var plain: [UInt8] = []
        var place = 0
        while place < bytes.count {
            guard bytes[place...].starts(with: mark) else {
                plain.append(bytes[place])
                place += 1
                continue
            }
            if !plain.isEmpty { pieces.append(.text(String(decoding: plain, as: UTF8.self))) }
            plain = []
            var reader = try SQLReader(bytes, at: place + mark.count)
            pieces.append(.value(try reader.expression()))
            guard reader.isAt(sign: "}") else { throw reader.expected("}") }
            place = reader.place + 1
        }
        if !plain.isEmpty { pieces.append(.text(String(decoding: plain, as: UTF8.self))) }
        self.pieces = pieces
    }

    /// Whether it says the same of every message.
    package var isPlain: Bool { !pieces.contains { if case .value = $0 { true } else { false } } }

    package var asksForSender: Bool {
        pieces.contains { piece in
            if case .value(let value) = piece { value.asksForSender } else { false }
        }
    }

    /// What is undefined is an empty text.
    package func text(for message: RuleMessage, version: String) throws(RuleFailure) -> String {
        var evaluation = Evaluation(message, version: version)
        var whole = ""
        for piece in pieces {
            switch piece {
            case .text(let text): whole += text
            case .value(let expression):
                let value = try evaluation.value(expression, in: message.document)
                whole += try evaluation.text(value) ?? ""
                try evaluation.spend(bytes: whole.utf8.count)
            }
        }
        return whole
    }
}
