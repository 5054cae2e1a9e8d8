internal import Core
internal import JSON

/// Where messages go that were received too often.
struct RedrivePolicy: Hashable, Sendable {
    static let name = "RedrivePolicy"
    private static let receivesRange = 1...1000

    /// The ARN of the queue for dead letters.
    let target: String
    let receivesMax: Int

    init(parsing text: String) throws(ServiceProblem) {
        guard let document = try? Datum(json: Array(text.utf8)), document.map != nil else {
            throw QueueProblem.attribute(Self.name, "it is not a JSON object")
        }
        guard let target = document["deadLetterTargetArn"]?.text, !target.isEmpty else {
            throw QueueProblem.attribute(Self.name, "it does not contain the mandatory attribute deadLetterTargetArn")
        }
        guard let most = document["maxReceiveCount"] else {
            throw QueueProblem.attribute(Self.name, "it does not contain the mandatory attribute maxReceiveCount")
        }
        // Some write it as a text.
        guard let number = most.whole ?? most.text.flatMap({ Int($0) }), Self.receivesRange.contains(number) else {
            throw QueueProblem.attribute(Self.name, "maxReceiveCount must be a whole number from 1 to 1000")
        }
        self.target = target
        receivesMax = number
    }
}

/// Whose dead letters a queue takes.
struct RedriveAllowPolicy: Hashable, Sendable {
    static let name = "RedriveAllowPolicy"
    private static let sourcesMax = 10

    enum Permission: String, Hashable, Sendable {
        case allowAll
        case denyAll
        case byQueue
    }

    let permission: Permission
    let sources: [String]

    init(parsing text: String) throws(ServiceProblem) {
        guard let document = try? Datum(json: Array(text.utf8)), document.map != nil else {
            throw QueueProblem.attribute(Self.name, "it is not a JSON object")
        }
        guard let permission = document["redrivePermission"]?.text.flatMap(Permission.init(rawValue:)) else {
            throw QueueProblem.attribute(Self.name, "redrivePermission must be allowAll, denyAll or byQueue")
        }
        let sources = document["sourceQueueArns"]?.list?.compactMap(\.text) ?? []
        guard (permission == .byQueue) == !sources.isEmpty, sources.count <= Self.sourcesMax else {
            throw QueueProblem.attribute(
                Self.name, "sourceQueueArns must name 1 to \(Self.sourcesMax) queues with byQueue, and none otherwise")
        }
        self.permission = permission
        self.sources = sources
    }

    func allows(_ source: String) -> Bool {
        switch permission {
        case .allowAll: true
        case .denyAll: false
        case .byQueue: sources.contains(source)
        }
    }
}
