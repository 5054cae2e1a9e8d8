package import Core

/// Takes in what rules send to targets of one kind.
package protocol EventReceiver: Sendable {
    /// Whether targets of this ARN are its.
    func receives(_ arn: String) -> Bool
    /// Takes payloads in, all or none; whoever sends them asks again when it throws.
    func receive(_ payloads: [[UInt8]], at arn: String) throws(ServiceProblem)
}
