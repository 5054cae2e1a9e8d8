package import AWSProtocol
package import AWSSignature
package import Core

/// Who may do what. The door asks; whoever keeps keys and policies answers, from memory.
package protocol Gatekeeper: Sendable {
    /// The key of this id, if it may be used now.
    func credentials(_ keyID: String) -> AWSCredentials?
    /// Whose key it is.
    func caller(_ keyID: String) -> Caller?
    /// Nil, or why the caller may not do this to that.
    func objection(to action: String, on resource: String, by caller: Caller, _ request: Surroundings) -> String?
}

/// What a decision may depend on beside who, what and where to.
package struct Surroundings: Hashable, Sendable {
    package let sourceAddress: String
    package let userAgent: String
    package let region: String
    package let isSecure: Bool
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
}

/// Where calls are written down.
package protocol CallLedger: Sendable {
    /// Comes back when it is written.
    func note(_ record: CallRecord)
}
