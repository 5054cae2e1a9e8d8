/// What comes of a request.
package enum AccessDecision: Hashable, Sendable {
    case allowed
    /// A statement forbids it, named by its policy and its Sid or number: `Guard/NoDeletes`, `Guard/2`.
    case deniedExplicitly(by: String)
    /// Nothing forbids it, and not all that would have to allow it do.
    case notAllowed
}
