package import Core

/// What a target is given: the payload, and the target's own settings, as PutTargets kept them.
package struct EventLetter: Sendable {
    package let payload: [UInt8]
    /// Null once the target has been removed.
    package let target: Datum
    /// How many buses it has come over.
    let hops: Int64

    init(payload: [UInt8], target: Datum, hops: Int64) {
        self.payload = payload
        self.target = target
        self.hops = hops
    }
}
