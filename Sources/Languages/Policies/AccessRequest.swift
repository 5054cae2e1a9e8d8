/// What somebody wants to do.
package struct AccessRequest: Hashable, Sendable {
    package let principal: Principal
    /// Such as `s3:GetObject`.
    package let action: String
    /// An ARN, or `*` for an action that is about no resource.
    package let resource: String
    /// What else is known, under the names of condition keys whatever their case. Who is calling needs not be said again:
    /// `aws:PrincipalArn`, `aws:PrincipalAccount`, `aws:PrincipalType`, `aws:username` and the like follow from the caller.
    package let context: [String: [String]]

    package init(principal: Principal, action: String, resource: String, context: [String: [String]] = [:]) {
        self.principal = principal
        self.action = action
        self.resource = resource
        self.context = context
    }
}

/// A request made ready for comparing with many statements.
struct RequestFacts {
    let caller: Principal
    let action: String
    let resource: String
    let context: RequestContext
    /// Whether a permissions boundary is set for the caller.
    let isBounded: Bool

    init(_ request: AccessRequest, isBounded: Bool = false) {
        caller = request.principal
        action = request.action.lowercased()
        resource = request.resource
        context = RequestContext(request.context, caller: request.principal)
        self.isBounded = isBounded
    }
}
