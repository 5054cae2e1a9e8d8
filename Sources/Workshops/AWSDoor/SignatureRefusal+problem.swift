internal import AWSProtocol
internal import AWSSignature
internal import Core

extension SignatureRefusal {
    /// In the words of the protocol that was spoken.
    func problem(_ wire: WireProtocol) -> ServiceProblem {
        guard wire == .query else { return ServiceProblem(code, message, status: wire.isRest ? 403 : 400) }
        return ServiceProblem(queryCode, message, status: 403)
    }

    private var queryCode: String {
        switch self {
        case .missing: "MissingAuthenticationToken"
        case .malformed: "IncompleteSignature"
        case .unknownKey, .wrongToken: "InvalidClientTokenId"
        case .outOfTime, .wrongScope, .uncovered, .otherPayload, .wrongSignature: "SignatureDoesNotMatch"
        }
    }
}
