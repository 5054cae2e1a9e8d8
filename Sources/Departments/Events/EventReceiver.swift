internal import Core

/// Takes in what rules send to targets of one kind.
package protocol EventReceiver: Sendable {
    /// What its thread is called.
    var name: String { get }
    /// How many letters it is given at once.
    var batchMax: Int { get }
    /// Whether targets of this ARN are its.
    func receives(_ arn: String) -> Bool
    /// Takes letters in, all or none, for one target.
    func receive(_ letters: [EventLetter], at arn: String) throws(DeliveryRefusal)
    /// Breaks off what it is about; what was not taken in is carried again after the next start.
    func stop()
}

extension EventReceiver {
    package func stop() {}
}
