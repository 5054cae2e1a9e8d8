internal import Crypto

/// Believes a signature or says why not. Pure: whoever asks knows the time and the keys.
package struct SignatureCheck: Sendable {
    /// How far clocks may differ, in seconds; S3 allows 900.
    package var skewMax: Int64 = 300
    /// Regions and services that are served here; nil for any.
    package var regions: Set<String>?
    package var services: Set<String>?
    /// Seconds; a week.
    private static let presignedMax: Int64 = 604_800

    package init() {}

    /// Who signed the request. `credentials` finds a key by its id. `body`: what came; nil where it is checked elsewhere.
    package func signer(
        of request: SignedRequest, body: [UInt8]?, at now: SigningTime, credentials: (String) -> AWSCredentials?
    ) throws(SignatureRefusal) -> AWSCredentials {
        if let header = request.value(of: "authorization") {
            return try signer(of: request, header: header, body: body, at: now, credentials)
        }
        guard request.query.split(separator: "&").contains(where: { $0.hasPrefix("X-Amz-Algorithm=") }) else {
            throw .missing
        }
        return try presigner(of: request, at: now, credentials)
    }

    private func signer(
        of request: SignedRequest, header: String, body: [UInt8]?, at now: SigningTime,
        _ credentials: (String) -> AWSCredentials?
    ) throws(SignatureRefusal) -> AWSCredentials {
        guard let proof = AWSAuthorization(parsing: header) else {
            throw .malformed("Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.")
        }
        guard let time = request.value(of: "x-amz-date").flatMap(SigningTime.init(parsing:)) else {
            throw .malformed("Authorization header requires existence of a 'X-Amz-Date' header.")
        }
        guard abs(time.seconds - now.seconds) <= skewMax else {
            let side = time.seconds < now.seconds ? "expired" : "not yet current"
            throw .outOfTime("Signature \(side): \(time) is not within \(skewMax) s of \(now)")
        }
        var request = request
        request.payload = try payload(of: request, body, mayBeWord: proof.scope.service == "s3")
        let key = try known(proof, credentials)
        guard key.isMeant(by: request.value(of: "x-amz-security-token")) else { throw .wrongToken }
        try check(request, proof, time, key)
        return key
    }

    /// What was signed of the body: its digest, or the word that a field declares.
    private func payload(
        of request: SignedRequest, _ body: [UInt8]?, mayBeWord: Bool
    ) throws(SignatureRefusal) -> SignedPayload {
        let declared = request.value(of: "x-amz-content-sha256")
        guard let body else { return declared.map(SignedPayload.word) ?? request.payload }
        let digest = SHA256.digest(of: body)
        guard let declared else { return .digest(digest) }
        guard let given = SHA256Digest(parsing: declared) else {
            // Only objects may come unsigned, or signed piece by piece.
            if !mayBeWord { throw .otherPayload }
            return .word(declared)
        }
        guard given.isSame(as: digest) else { throw .otherPayload }
        return .word(declared)
    }

    private func presigner(
        of request: SignedRequest, at now: SigningTime, _ credentials: (String) -> AWSCredentials?
    ) throws(SignatureRefusal) -> AWSCredentials {
        let query = SignedQuery(request.query)
        guard query["X-Amz-Algorithm"] == AWSSigner.algorithm,
            let proof = AWSAuthorization(
                credential: query["X-Amz-Credential"], signedHeaders: query["X-Amz-SignedHeaders"],
                signature: query["X-Amz-Signature"]),
            let time = query["X-Amz-Date"].flatMap(SigningTime.init(parsing:)),
            let seconds = query["X-Amz-Expires"].flatMap(Int64.init), (1...Self.presignedMax).contains(seconds)
        else { throw .malformed("The query-string authentication parameters are not complete.") }
        guard time.seconds <= now.seconds + skewMax else { throw .outOfTime("Request is not yet valid") }
        guard now.seconds <= time.seconds + seconds else { throw .outOfTime("Request has expired") }
        var bare = request
        bare.query = query.without("X-Amz-Signature")
        let key = try known(proof, credentials)
        guard key.isMeant(by: query["X-Amz-Security-Token"]) else { throw .wrongToken }
        try check(bare, proof, time, key)
        return key
    }

    private func known(
        _ proof: AWSAuthorization, _ credentials: (String) -> AWSCredentials?
    ) throws(SignatureRefusal) -> AWSCredentials {
        guard let key = credentials(proof.keyID) else { throw .unknownKey(proof.keyID) }
        return key
    }

    private func check(
        _ request: SignedRequest, _ proof: AWSAuthorization, _ time: SigningTime, _ key: AWSCredentials
    ) throws(SignatureRefusal) {
        let scope = proof.scope
        guard scope.day == time.day else {
            throw .wrongScope("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date")
        }
        if let regions, !regions.contains(scope.region) {
            throw .wrongScope("Credential should be scoped to a valid region.")
        }
        if let services, !services.contains(scope.service) {
            throw .wrongScope("Credential should be scoped to correct service: \(services.sorted()).")
        }
        let covered = Set(proof.signedNames)
        for name in Set(request.fields.map({ $0.name.lowercased() })).union(["host"]).sorted()
        where (name == "host" || name.hasPrefix("x-amz-")) && !covered.contains(name) {
            throw .uncovered(name)
        }
        let canonical = CanonicalRequest(request, signed: proof.signedNames, service: scope.service)
        let wanted = canonical.signature(at: time, scope, secret: key.secret)
        guard let given = SHA256Digest(parsing: proof.signature), let right = SHA256Digest(parsing: wanted),
            given.isSame(as: right)
        else { throw .wrongSignature }
    }
}
