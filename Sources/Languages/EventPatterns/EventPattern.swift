package import Core
internal import JSON

/// Which events a rule is for, as EventBridge writes it: the shape of an event, with lists of what will do.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern.html>
package struct EventPattern: Hashable, Sendable {
    /// One of these must hold in whole: there is more than one only where `$or` is.
    private let branches: [FieldPattern]

    /// Reads a JSON text; what EventBridge would refuse is refused, and named by its path.
    package init(parsing text: [UInt8]) throws(PatternRefusal) {
        guard text.count <= PatternLimit.patternBytesMax else {
            throw PatternRefusal(pattern: "Longer than \(PatternLimit.patternBytesMax) bytes")
        }
        let datum = try Self.datum(text)
        guard let map = datum.map else { throw PatternRefusal(pattern: "Filter is not an object") }
        branches = try PatternReader.branches(of: map, at: .top).map(FieldPattern.members)
    }

    private static func datum(_ text: [UInt8]) throws(PatternRefusal) -> Datum {
        let document = JSONDocument()
        // Nodes point into their document.
        defer { withExtendedLifetime(document) {} }
        let root: JSONNode
        do throws(JSONDocument.Refusal) { root = try document.parse(text) } catch {
            throw PatternRefusal(pattern: "\(error.reason) at byte \(error.position)")
        }
        try RepeatedKey.refuse(in: root)
        return root.datum
    }

    /// Whether a rule with this pattern is for this event.
    package func matches(_ event: Datum) -> Bool {
        guard event.map != nil else { return false }
        return branches.contains { $0.finding(in: event) != .mismatch }
    }
}
