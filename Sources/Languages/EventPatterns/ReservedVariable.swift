package import Core

/// The variables that a template has without naming a path for them.
package enum ReservedVariable: String, Hashable, Sendable, CaseIterable {
    case ruleARN = "aws.events.rule-arn"
    case ruleName = "aws.events.rule-name"
    case ingestionTime = "aws.events.event.ingestion-time"
    case event = "aws.events.event"
    case eventJSON = "aws.events.event.json"

    /// What the deliverer said it is, or what the event itself tells.
    package func value(in event: Datum, given: [String: Datum]) -> Datum? {
        if let value = given[rawValue] { return value }
        switch self {
        case .ruleARN, .ruleName, .ingestionTime: return nil
        case .eventJSON: return event
        case .event:
            // > The original event payload as JSON (without the detail field).
            // <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
            guard var map = event.map else { return event }
            map["detail"] = nil
            return .map(map)
        }
    }
}
