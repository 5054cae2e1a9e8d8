internal import Core
internal import Crypto

/// Believes a presigned address of Signature Version 2 or says why not: boto3 and the first AWS CLI make such addresses
/// for S3 where they are not told otherwise. Pure: whoever asks knows the time and the keys.
///
/// Parameters that `SignatureTwoText` does not cover can be added by anybody who has the address. What such an address
/// may do must not depend on them.
package struct SignatureTwoCheck: Sendable {
    package init() {}

    /// Who signed the request. `bucket`: where it is named by the host alone. `credentials` finds a key by its id.
    package func signer(
        of request: SignedRequest, bucket: String? = nil, at now: SigningTime,
        credentials: (String) -> AWSCredentials?
    ) throws(SignatureRefusal) -> AWSCredentials {
        let query = SignedQuery(request.query)
        guard query.has("AWSAccessKeyId") || query.has("Signature") else { throw .missing }
        guard let keyID = query["AWSAccessKeyId"], let signature = query["Signature"], let text = query["Expires"],
            text.allSatisfy(\.isWholeNumber), let expires = Int64(text)
        else {
            throw .malformed(
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters")
        }
        guard now.seconds <= expires else { throw .outOfTime("Request has expired") }
        guard let key = credentials(keyID) else { throw .unknownKey(keyID) }
        guard key.isMeant(by: request.value(of: "x-amz-security-token") ?? query["x-amz-security-token"]) else {
            throw .wrongToken
        }
        guard let given = Base64.bytes(signature) else { throw .wrongSignature }
        let found = SHA256.digest(of: given)
        for path in Self.paths(request.path, bucket) {
            guard let signed = SignatureTwoText(request, expires: text, path: path) else { break }
            if found.isSame(as: SHA256.digest(of: signed.signature(secret: key.secret))) { return key }
        }
        throw .wrongSignature
    }

    /// A bucket alone has a slash behind it in what boto3 signs and none in the address; others sign what they send.
    private static func paths(_ path: String, _ bucket: String?) -> [String] {
        if let bucket { return ["/\(bucket)\(path.isEmpty ? "/" : path)"] }
        return path.dropFirst().contains("/") ? [path] : [path, path + "/"]
    }
}
