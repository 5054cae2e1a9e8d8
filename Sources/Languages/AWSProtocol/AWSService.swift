internal import Core

/// A service: how it is spoken to, and what it can be asked.
package struct AWSService: Sendable {
    /// As policies name it: `iam` in `iam:CreateRole`.
    package let name: String
    /// As signatures name it.
    package let signingName: String
    /// And as older clients do.
    package let olderSigningNames: [String]
    package let wire: WireProtocol
    /// What stands before the dot of `X-Amz-Target`.
    package let targetPrefixes: [String]
    package let version: String
    /// What it calls a request that breaks a rule.
    package let invalidCode: String
    /// What refusals were called when the service spoke forms, where they are called otherwise now.
    package let olderCodes: [String: String]
    /// The member that a form's address stands for when the form leaves it out.
    package let pathMember: String?
    /// Members of answers, by name, that are times or blobs, or lists of such: in JSON they are numbers and texts, and
    /// in CBOR they are not.
    package let answerShapes: [String: Shape]
    package let operations: [Operation]

    package init(
        _ name: String, signingName: String? = nil, older: [String] = [], _ wire: WireProtocol, targets: [String] = [],
        version: String, invalid: String = "ValidationException", olderCodes: [String: String] = [:],
        pathMember: String? = nil, answers answerShapes: [String: Shape] = [:], operations: [Operation]
    ) {
        self.name = name
        self.signingName = signingName ?? name
        olderSigningNames = older
        self.wire = wire
        targetPrefixes = targets
        self.version = version
        invalidCode = invalid
        self.olderCodes = olderCodes
        self.pathMember = pathMember
        self.answerShapes = answerShapes
        self.operations = operations
    }

    package var signingNames: [String] { [signingName] + olderSigningNames }
    var xmlNamespace: String { "https://\(signingName).amazonaws.com/doc/\(version)/" }

    package func operation(_ name: String) -> Operation? { operations.first { $0.name == name } }
}
