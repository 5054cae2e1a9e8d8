internal import Core

/// What a browser asks before a page of another place may ask: nobody has signed it.
struct Preflight {
    private static let known: Set<String> = ["GET", "PUT", "HEAD", "POST", "DELETE"]

    private let origin: String
    private let method: String
    private let headers: [String]
    private let isOfObject: Bool

    init(_ request: ObjectRequest) throws(ServiceProblem) {
        guard let origin = request.field("origin") else {
            throw ServiceProblem("BadRequest", "Insufficient information. Origin request header needed.")
        }
        let method = request.field("access-control-request-method")
        guard let method, Self.known.contains(method) else {
            throw ServiceProblem(
                "BadRequest", "Invalid Access-Control-Request-Method: \(method.map { String($0.prefix(40)) } ?? "null")"
            )
        }
        self.origin = origin
        self.method = method
        headers = (request.field("access-control-request-headers") ?? "").split(separator: ",").map {
            $0.trimmed.lowercased()
        }.filter { !$0.isEmpty }
        isOfObject = !request.key.isEmpty
    }

    /// A bucket that is not there answers as one without rules: whoever has no key does not learn which there are.
    func answer(_ rules: [CORSRule]) throws(ServiceProblem) -> ObjectAnswer {
        guard !rules.isEmpty else { throw refusal("CORSResponse: CORS is not enabled for this bucket.") }
        guard let rule = rules.first(where: { $0.allows(method, from: origin) && $0.allows(headers: headers) }) else {
            throw refusal(
                "CORSResponse: This CORS request is not allowed. This is usually because the evaluation of Origin, request method / Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
            )
        }
        return ObjectAnswer(fields: rule.fields(for: origin, asked: headers))
    }

    private func refusal(_ words: String) -> ServiceProblem {
        var problem = ServiceProblem("AccessForbidden", words, status: 403)
        problem.details = ["Method": method, "ResourceType": isOfObject ? "OBJECT" : "BUCKET"]
        return problem
    }
}
