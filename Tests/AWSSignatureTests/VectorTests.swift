import AWSSignature
import Testing

/// What botocore signs and what we sign is the same to the byte, and each side believes the other.
@Suite struct VectorTests {
    @Test func thereAreEnough() {
        #expect(Vector.all.count == 300 && Vector.signed.count > 150 && Vector.presigned.count > 60)
        #expect(Vector.all.contains { $0.signer.credentials.sessionToken != nil })
        #expect(Vector.all.contains { $0.signer.service == "s3" && $0.request.path.contains("%25") })
    }

    private static func check(_ vector: Vector) -> SignatureCheck {
        var check = SignatureCheck()
        check.regions = [vector.signer.region]
        check.services = [vector.signer.service]
        return check
    }

    private static func refusal(_ vector: Vector, _ request: SignedRequest, body: [UInt8]? = nil) -> SignatureRefusal? {
        do throws(SignatureRefusal) {
            _ = try check(vector).signer(of: request, body: body ?? vector.body, at: vector.time) {
                $0 == vector.signer.credentials.keyID ? vector.signer.credentials : nil
            }
            return nil
        } catch { return error }
    }

    // MARK: the header form

    @Test(arguments: Vector.signed) func signsAsBotocore(_ vector: Vector) throws {
        let signed = vector.signer.signed(vector.request, at: vector.time)
        #expect(signed.value(of: "authorization") == vector.authorization)
        let proof = try #require(AWSAuthorization(parsing: vector.authorization ?? ""))
        let canonical = CanonicalRequest(signed, signed: proof.signedNames, service: vector.signer.service)
        #expect(canonical.description == vector.canonical)
        #expect(proof.description == vector.authorization)
    }

    @Test(arguments: Vector.signed) func believesWhatIsSigned(_ vector: Vector) {
        let signed = vector.signer.signed(vector.request, at: vector.time)
        #expect(Self.refusal(vector, signed) == nil)
        #expect(Self.refusal(vector, vector.signer.signed(signed, at: vector.time)) == nil, "signed once more")
    }

    @Test(arguments: Vector.signed) func believesNothingElse(_ vector: Vector) {
        let signed = vector.signer.signed(vector.request, at: vector.time)
        var other = signed
        other.method = signed.method == "PUT" ? "POST" : "PUT"
        #expect(Self.refusal(vector, other) == .wrongSignature)
        other = signed
        other.path += "x"
        #expect(Self.refusal(vector, other) == .wrongSignature)
        other = signed
        other.query += (other.query.isEmpty ? "" : "&") + "x=1"
        #expect(Self.refusal(vector, other) == .wrongSignature)
        other = signed
        other.fields.append(.init("x-amz-extra", "1"))
        #expect(Self.refusal(vector, other) == .uncovered("x-amz-extra"))
        other = signed
        other.fields.append(.init("Host", "elsewhere"))
        #expect(Self.refusal(vector, other) == .wrongSignature)
        let body = vector.body + [1]
        let isS3 = vector.signer.service == "s3"
        #expect(Self.refusal(vector, signed, body: body) == (isS3 ? .otherPayload : .wrongSignature))
    }

    // MARK: the query form

    @Test(arguments: Vector.presigned) func presignsAsBotocore(_ vector: Vector) {
        let signed = vector.signer.presigned(vector.request, at: vector.time, seconds: vector.expires ?? 0)
        #expect(signed.query == vector.signedQuery)
    }

    @Test(arguments: Vector.presigned) func believesAnAddress(_ vector: Vector) {
        var request = vector.request
        request.query = vector.signedQuery ?? ""
        #expect(Self.refusal(vector, request) == nil)
        request.query += "&x=1"
        #expect(Self.refusal(vector, request) == .wrongSignature)
    }
}
