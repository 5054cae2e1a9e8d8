package import Core

/// Takes in what rules send to targets of one kind.
package protocol EventReceiver: Sendable {
    /// What its thread is called.
    var name: String { get }
    /// How many letters it is given at once.
    var batchMax: Int { get }
    /// Whether targets of this ARN are its.
    func receives(_ arn: String) -> Bool
    /// Takes letters in, all or none, for one target.
    func receive(_ letters: [EventLetter], at arn: String) throws(DeliveryRefusal)
    /// Breaks off what it is about; what was not taken in is carried again after the next start.
    func stop()
}

extension EventReceiver {
    package func stop() {}
}

/// What a target is given: the payload, and the target's own settings, as PutTargets kept them.
package struct EventLetter: Sendable {
    package let payload: [UInt8]
    /// Null once the target has been removed.
    package let target: Datum
    /// How many buses it has come over.
    let hops: Int64

    init(payload: [UInt8], target: Datum, hops: Int64) {
        self.payload = payload
        self.target = target
        self.hops = hops
    }
}

/// Why something did not arrive, and whether asking again can help.
package struct DeliveryRefusal: Error, Hashable, Sendable {
    /// In EventBridge's words, such as `NO_RESOURCE`.
    package let code: String
    package let reason: String
    /// Asking again is of no use.
    package let isFinal: Bool
    /// Not to be asked again before so many milliseconds.
    package let after: Int64?

    package init(_ code: String, _ reason: String, isFinal: Bool = false, after: Int64? = nil) {
        self.code = code
        self.reason = reason
        self.isFinal = isFinal
        self.after = after
    }

    package init(_ problem: ServiceProblem) {
        let isMissing = problem.code.contains("NotFound") || problem.code.contains("NonExistent")
        // What is wrong with the letter itself will be wrong with it tomorrow.
        self.init(
            (isMissing ? Word.noResource : .internalError).rawValue, problem.message,
            isFinal: problem.code.hasPrefix("Invalid"))
    }
}

/// Keeps what could not be delivered.
package protocol DeadLetterBox: Sendable {
    /// Whether there is a queue of this ARN.
    func has(_ arn: String) -> Bool
    /// On the disk when it returns.
    func keep(_ letter: DeadLetter, at arn: String) throws(ServiceProblem)
}

/// What could not be delivered, and why.
package struct DeadLetter: Sendable {
    package let payload: [UInt8]
    package let attributes: [String: String]
}
