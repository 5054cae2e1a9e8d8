package import Core

/// Keeps what could not be delivered.
package protocol DeadLetterBox: Sendable {
    /// Whether there is a queue of this ARN.
    func has(_ arn: String) -> Bool
    /// On the disk when it returns.
    func keep(_ letter: DeadLetter, at arn: String) throws(ServiceProblem)
}

/// What could not be delivered, and why.
package struct DeadLetter: Sendable {
    package let payload: [UInt8]
    package let attributes: [String: String]
}
