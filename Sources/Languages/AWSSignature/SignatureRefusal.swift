/// Why a signature is not believed. Doors turn it into the words of their protocol.
package enum SignatureRefusal: Error, Hashable, Sendable {
    /// Nothing is signed at all.
    case missing
    /// What should be the proof cannot be read.
    case malformed(String)
    case unknownKey(String)
    /// The clocks differ by more than is allowed, or a presigned request is too old.
    case outOfTime(String)
    /// The scope is of another day, region or service.
    case wrongScope(String)
    /// A field that has to be covered is not.
    case uncovered(String)
    /// The body is not the one that was signed.
    case otherPayload
    case wrongToken
    case wrongSignature

    /// As AWS's JSON services call it.
    package var code: String {
        switch self {
        case .missing: "MissingAuthenticationTokenException"
        case .malformed: "IncompleteSignatureException"
        case .unknownKey, .wrongToken: "UnrecognizedClientException"
        case .outOfTime, .wrongScope, .uncovered, .otherPayload, .wrongSignature: "InvalidSignatureException"
        }
    }

    package var message: String {
        switch self {
        case .missing: "Missing Authentication Token"
        case .malformed(let what): what
        case .unknownKey, .wrongToken: "The security token included in the request is invalid."
        case .outOfTime(let what), .wrongScope(let what): what
        case .uncovered(let name): "'\(name)' must be a 'SignedHeader' in the AWS Authorization."
        case .otherPayload, .wrongSignature:
            "The request signature we calculated does not match the signature you provided. "
                + "Check your AWS Secret Access Key and signing method."
        }
    }
}
