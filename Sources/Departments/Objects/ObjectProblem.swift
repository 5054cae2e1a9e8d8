internal import AWSSignature
internal import Core

/// What the object store says no with, under S3's names.
enum ObjectProblem {
    static let overtaken = ServiceProblem(
        "SlowDown", "The object is being overwritten faster than it can be read.", status: 503)
    static let noSuchBucket = ServiceProblem("NoSuchBucket", "The specified bucket does not exist", status: 404)
    static let noSuchKey = ServiceProblem("NoSuchKey", "The specified key does not exist.", status: 404)
    static let noSuchVersion = ServiceProblem("NoSuchVersion", "The specified version does not exist.", status: 404)
    static let noSuchUpload = ServiceProblem(
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
        status: 404)
    static let malformedXML = ServiceProblem(
        "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema")
    static let badDigest = ServiceProblem(
        "BadDigest", "The Content-MD5 or checksum value that you specified did not match what the server received.")
    static let invalidDigest = ServiceProblem("InvalidDigest", "The Content-MD5 you specified is not valid.")
    static let precondition = ServiceProblem(
        "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", status: 412)
    static let notModified = ServiceProblem("NotModified", "Not Modified", status: 304)
    static func range(_ asked: String, of size: Int) -> ServiceProblem {
        var problem = ServiceProblem("InvalidRange", "The requested range is not satisfiable", status: 416)
        problem.details = ["RangeRequested": asked, "ActualObjectSize": "\(size)"]
        problem.fields = ["Content-Range": "bytes */\(size)"]
        return problem
    }

    /// A marker asked for as if it were an object: by its key, or by itself.
    static func marker(_ marker: StoredObject, byVersion: Bool) -> ServiceProblem {
        var problem = byVersion ? markerMethod : noSuchKey
        problem.fields = ["x-amz-delete-marker": "true", "x-amz-version-id": marker.version]
        if byVersion {
            problem.fields["Allow"] = "DELETE"
            problem.fields["Last-Modified"] = ObjectTime.http(marker.modified)
        }
        return problem
    }

    static func noSuchVersion(_ id: String) -> ServiceProblem {
        var problem = noSuchVersion
        problem.details = ["VersionId": id]
        return problem
    }
    static let incomplete = ServiceProblem(
        "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header")
    static let tooLarge = ServiceProblem(
        "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    static let markerMethod = ServiceProblem(
        "MethodNotAllowed", "The specified method is not allowed against this resource.", status: 405)

    static func invalid(_ why: String) -> ServiceProblem { ServiceProblem("InvalidArgument", why) }
    static func request(_ why: String) -> ServiceProblem { ServiceProblem("InvalidRequest", why) }

    /// What S3 answers to a field that it does not know how to heed.
    static func notOffered(_ what: String) -> ServiceProblem {
        ServiceProblem("NotImplemented", "\(what.prefix(160)) is not offered by this hub.", status: 501)
    }

    static func host(_ host: String) -> ServiceProblem {
        request(
            "This hub was not told that it is called \(host.prefix(260)): the name may begin with a bucket's. Name it with `lineside hub --name`, or come by its address."
        )
    }

    static func missing(_ code: String, _ why: String) -> ServiceProblem { ServiceProblem(code, why, status: 404) }
}

extension SignatureRefusal {
    /// In S3's words.
    var ofObjects: ServiceProblem {
        let code =
            switch self {
            case .missing: "AccessDenied"
            case .malformed(let what):
                what.contains("query") ? "AuthorizationQueryParametersError" : "AuthorizationHeaderMalformed"
            case .unknownKey: "InvalidAccessKeyId"
            case .outOfTime(let what):
                what.contains("expired") && what.contains("Request") ? "AccessDenied" : "RequestTimeTooSkewed"
            case .wrongScope: "AuthorizationHeaderMalformed"
            case .uncovered: "AccessDenied"
            case .otherPayload: "XAmzContentSHA256Mismatch"
            case .wrongToken: "InvalidToken"
            case .wrongSignature: "SignatureDoesNotMatch"
            }
        let status =
            code.hasPrefix("Authorization") || code == "XAmzContentSHA256Mismatch" || code == "InvalidToken"
            ? 400 : 403
        return ServiceProblem(code, message, status: status)
    }
}
