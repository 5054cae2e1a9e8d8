internal import Core

/// How the registry says no, in AWS's words and with its status codes.
enum FleetProblem {
    static func missing(_ what: String) -> ServiceProblem {
        ServiceProblem("ResourceNotFoundException", "\(what) not found", status: 404)
    }

    static func invalid(_ why: String) -> ServiceProblem { ServiceProblem("InvalidRequestException", why) }

    static func tooFast(_ why: String) -> ServiceProblem { ServiceProblem("ThrottlingException", why, status: 429) }

    static func conflict(_ why: String) -> ServiceProblem {
        ServiceProblem("DeleteConflictException", why, status: 409)
    }

    static func version(_ what: String, is version: Int64, not expected: Int) -> ServiceProblem {
        ServiceProblem(
            "VersionConflictException", "The version for \(what) is \(version), not \(expected)", status: 409)
    }

    static func taken(_ what: String, _ id: String, arn: String) -> ServiceProblem {
        var problem = ServiceProblem(
            "ResourceAlreadyExistsException", "\(what) \(id) already exists with other settings", status: 409)
        problem.details = ["resourceId": id, "resourceArn": arn]
        return problem
    }
}
