internal import Core
internal import JSON
internal import Policies

/// What a queue is told about how it should work: names, bounds, and what holds where nothing was said.
enum QueueAttributes {
    struct Whole: Sendable {
        let name: String
        let range: ClosedRange<Int>
        let usual: Int
    }

    static let visibility = Whole(name: "VisibilityTimeout", range: 0...43_200, usual: 30)
    static let sizeMax = Whole(name: "MaximumMessageSize", range: 1024...1_048_576, usual: 262_144)
    static let retention = Whole(name: "MessageRetentionPeriod", range: 60...1_209_600, usual: 345_600)
    static let delay = Whole(name: "DelaySeconds", range: 0...900, usual: 0)
    static let wait = Whole(name: "ReceiveMessageWaitTimeSeconds", range: 0...20, usual: 0)
    static let wholes = [visibility, sizeMax, retention, delay, wait]
    static let policy = "Policy"
    /// An empty text takes them away.
    static let documents = [policy, RedrivePolicy.name, RedriveAllowPolicy.name]
    static let encryption = "SqsManagedSseEnabled"
    private static let keys = "KmsMasterKeyId"
    private static let fifo = "FifoQueue"

    /// What may be kept of what was given; an empty text is a document that is taken away.
    static func read(_ given: DatumMap) throws(ServiceProblem) -> [String: String] {
        var kept: [String: String] = [:]
        for (name, value) in given.members {
            if let text = try read(name, value.text ?? "") { kept[name] = text }
        }
        return kept
    }

    /// Nil for what says nothing.
    private static func read(_ name: String, _ text: String) throws(ServiceProblem) -> String? {
        if let whole = wholes.first(where: { $0.name == name }) { return String(try number(text, whole)) }
        switch name {
        case policy where !text.isEmpty:
            do throws(PolicyRefusal) { _ = try PolicyDocument(parsing: Array(text.utf8), as: .resource) } catch {
                throw QueueProblem.attribute(name, error.reason)
            }
            return text
        case RedrivePolicy.name where !text.isEmpty:
            _ = try RedrivePolicy(parsing: text)
            return text
        case RedriveAllowPolicy.name where !text.isEmpty:
            _ = try RedriveAllowPolicy(parsing: text)
            return text
        case policy, RedrivePolicy.name, RedriveAllowPolicy.name: return text
        case fifo:
            guard text == "false" else { throw QueueProblem.standardOnly }
            return nil
        // To say yes and keep messages in the clear would be a lie.
        case encryption:
            guard text == "false" else {
                throw QueueProblem.attribute(name, "this hub keeps messages in the clear: leave it out, or say false")
            }
            return nil
        case keys:
            guard text.isEmpty else {
                throw QueueProblem.attribute(name, "this hub has no keys of KMS for queues: leave it out")
            }
            return nil
        default: throw QueueProblem.unknownAttribute(name)
        }
    }

    private static func number(_ text: String, _ whole: Whole) throws(ServiceProblem) -> Int {
        guard let number = Int(text), whole.range.contains(number) else {
            throw QueueProblem.attribute(
                whole.name, "Must be from \(whole.range.lowerBound) to \(whole.range.upperBound).")
        }
        return number
    }

    /// Whether two texts of an attribute say the same; documents do in any order of their members.
    static func isSame(_ name: String, _ left: String, _ right: String) -> Bool {
        if left == right { return true }
        guard documents.contains(name), let left = try? Datum(json: Array(left.utf8)),
            let right = try? Datum(json: Array(right.utf8))
        else { return false }
        return left == right
    }
}
