internal import AWSProtocol
internal import Core
internal import Policies
internal import Records

/// Who else may write to log groups. Kept and told: here nobody comes from another account, and what rules send arrives
/// with or without.
struct LogPolicies: Sendable {
    private static let kind = "policy"
    private static let policiesMax = 10
    let desk: LogsDesk

    var operations: [Operation] {
        let name = Member("policyName", required: true, 1...256)
        return [
            // Policies are the account's alone.
            Operation("PutResourcePolicy", [name, Member("policyDocument", required: true, 1...5120)]) {
                call throws(ServiceProblem) in try put(call)
            }
            .without("resourceArn", "expectedRevisionId"),
            Operation(
                "DescribeResourcePolicies",
                [
                    Member("policyScope", words: ["ACCOUNT", "RESOURCE"]), Member("nextToken"),
                    Member("limit", .whole, 1...1000),
                ]
            ) { call throws(ServiceProblem) in
                let records = desk.shelf.records
                let keys = call.text("policyScope") == "RESOURCE" ? [] : records.keys(Self.kind)
                let (part, next) = try Paging.part(
                    keys, token: call.text("nextToken"), limit: call.whole("limit") ?? 50,
                    invalid: "InvalidParameterException")
                let rows = part.compactMap { records[Self.kind, $0] }
                return ["resourcePolicies": .list(rows), "nextToken": next.map(Datum.text) ?? .null]
            }
            .without("resourceArn"),
            Operation("DeleteResourcePolicy", [name]) { call throws(ServiceProblem) in
                let name = call["policyName"]
                try desk.shelf.change { shelf in
                    guard shelf.records[Self.kind, name] != nil else {
                        throw LogsDesk.missing("policy \(name)")
                    }
                    shelf.records[Self.kind, name] = nil
                }
                return .null
            }
            .without("resourceArn", "expectedRevisionId"),
        ]
    }

    private func put(_ call: Call) throws(ServiceProblem) -> Datum {
        let text = call["policyDocument"]
        do throws(PolicyRefusal) { _ = try PolicyDocument(parsing: Array(text.utf8), as: .resource) } catch {
            throw LogsDesk.invalid(error.reason)
        }
        let name = call["policyName"]
        let policy: Datum = [
            "policyName": .text(name), "policyDocument": .text(text),
            "lastUpdatedTime": .whole(Int(WallClock.milliseconds)),
        ]
        try desk.shelf.change { shelf in
            shelf.records[Self.kind, name] = policy
            guard shelf.records.count(Self.kind) <= Self.policiesMax else {
                throw ServiceProblem("LimitExceededException", "There may be \(Self.policiesMax) resource policies.")
            }
        }
        return ["resourcePolicy": policy]
    }
}
