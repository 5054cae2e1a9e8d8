internal import Core

/// How queues say no, in the codes of their service's model.
enum QueueProblem {
    static func missing(_ name: String) -> ServiceProblem {
        ServiceProblem("QueueDoesNotExist", "The specified queue does not exist: \(name.prefix(200)).")
    }

    static func invalid(_ why: String) -> ServiceProblem { ServiceProblem("InvalidParameterValue", why) }

    static func invalid(_ value: String, for name: String, _ why: String) -> ServiceProblem {
        invalid("Value \(value.prefix(200)) for parameter \(name) is invalid. Reason: \(why)")
    }

    static func attribute(_ name: String, _ why: String) -> ServiceProblem {
        ServiceProblem("InvalidAttributeValue", "Invalid value for the parameter \(name). Reason: \(why)")
    }

    static func unknownAttribute(_ name: String) -> ServiceProblem {
        ServiceProblem("InvalidAttributeName", "Unknown Attribute \(name.prefix(200)).")
    }

    static let standardOnly = ServiceProblem(
        "UnsupportedOperation",
        "This hub has standard queues only: choose a name without .fifo, and leave FifoQueue out.")

    static func handle(_ text: String) -> ServiceProblem {
        ServiceProblem("ReceiptHandleIsInvalid", "The input receipt handle \"\(text.prefix(200))\" is invalid.")
    }

    /// What these refusals were called in the older protocol, which clients still look for.
    static let olderCodes: [String: String] = {
        let prefix = "AWS.SimpleQueueService."
        let same = [
            "BatchEntryIdsNotDistinct", "BatchRequestTooLong", "EmptyBatchRequest", "InvalidBatchEntryId",
            "MessageNotInflight", "TooManyEntriesInBatchRequest", "UnsupportedOperation",
        ]
        return Dictionary(uniqueKeysWithValues: same.map { ($0, prefix + $0) })
            .merging(["QueueDoesNotExist": prefix + "NonExistentQueue", "QueueNameExists": "QueueAlreadyExists"]) { $1 }
    }()
}
