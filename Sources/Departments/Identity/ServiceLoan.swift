package import AWSProtocol
package import Core
internal import Policies
internal import Records

/// Roles for services, which have no keys of their own.
extension IdentityDesk {
    /// Lends a role to a service such as `credentials.iot.amazonaws.com`, if the role's trust names it.
    package func lend(
        role arn: String, to service: String, as session: String, seconds: Int, _ call: Call
    ) throws(ServiceProblem) -> Datum {
        let refusal = ServiceProblem(
            "AccessDeniedException",
            "\(service) may not assume \(arn): its trust policy does not name the service, or it is not there",
            status: 403)
        guard let role = shelf.records.all(Kind.role).first(where: { $0["Arn"]?.text == arn }),
            let trust = role["AssumeRolePolicyDocument"]?.text.flatMap({ judge.document($0, as: .trust) })
        else { throw refusal }
        let request = AccessRequest(
            principal: .service(service), action: "sts:AssumeRole", resource: arn, context: call.conditions)
        let rules = AccessRules(resource: [AttachedPolicy(name: "trust", document: trust)], owner: account)
        guard rules.decide(request) == .allowed else { throw refusal }
        // Whoever made the alias may have asked for more than the role allows.
        let longest = role["MaxSessionDuration"]?.whole ?? Sessions.usualSeconds
        let lent = try Sessions(desk: self).become(role, session, call, min(seconds, longest))
        return lent["Credentials"] ?? .null
    }
}
