package import AWSProtocol
package import AWSSignature
package import Core

/// Who may do what. The door asks; whoever keeps keys and policies answers, from memory.
package protocol Gatekeeper: Sendable {
    /// The key of this id, if it may be used now.
    func credentials(_ keyID: String) -> AWSCredentials?
    /// Whose key it is.
    func caller(_ keyID: String) -> Caller?
    /// Nil, or why the caller may not do this to that. `policy`: the resource's own, where it has one.
    func objection(
        to action: String, on resource: String, policy: String?, by caller: Caller, _ surroundings: Surroundings
    ) -> String?
}

/// What a decision may depend on beside who, what and where to.
package struct Surroundings: Hashable, Sendable {
    package let sourceAddress: String
    package let userAgent: String
    package let region: String
    package let isSecure: Bool
    /// What a service knows of the request, by the condition keys of its own.
    package var facts: [String: [String]] = [:]

    /// Everything that is known of the request, by condition keys.
    package var conditions: [String: [String]] {
        let now = WallClock.milliseconds
        let common: [String: [String]] = [
            "aws:SourceIp": [sourceAddress], "aws:UserAgent": [userAgent], "aws:RequestedRegion": [region],
            "aws:SecureTransport": ["\(isSecure)"], "aws:CurrentTime": [CivilTime(milliseconds: Int64(now)).iso],
            "aws:EpochTime": ["\(now / 1000)"],
        ]
        return facts.merging(common) { $1 }
    }

    package init(sourceAddress: String, userAgent: String, region: String, isSecure: Bool) {
        self.sourceAddress = sourceAddress
        self.userAgent = userAgent
        self.region = region
        self.isSecure = isSecure
    }
}

/// One call as the audit keeps it.
package struct CallRecord: Sendable {
    package let requestID: String
    package let milliseconds: Int64
    package let service: String
    package let operation: String
    package let onlyReads: Bool
    package let caller: Caller?
    package let keyID: String
    package let region: String
    package let surroundings: Surroundings
    package let resources: [String]
    package let input: DatumMap
    package let problem: ServiceProblem?
    /// It was well asked, and there was nothing to tell.
    package let isIdle: Bool

    package init(
        requestID: String, milliseconds: Int64, service: String, operation: String, onlyReads: Bool, caller: Caller?,
        keyID: String, region: String, surroundings: Surroundings, resources: [String], input: DatumMap,
        problem: ServiceProblem?, isIdle: Bool = false
    ) {
        self.requestID = requestID
        self.milliseconds = milliseconds
        self.service = service
        self.operation = operation
        self.onlyReads = onlyReads
        self.caller = caller
        self.keyID = keyID
        self.region = region
        self.surroundings = surroundings
        self.resources = resources
        self.input = input
        self.problem = problem
        self.isIdle = isIdle
    }
}

/// Where calls are written down.
package protocol CallLedger: Sendable {
    /// Comes back when it is written.
    func note(_ record: CallRecord)
}
