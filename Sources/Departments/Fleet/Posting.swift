/// A message that the hub hands to the broker.
package struct Posting: Hashable, Sendable {
    package let topic: String
    package let payload: [UInt8]
    package let quality: Int
    /// For whoever subscribes later, too.
    package let isKept: Bool
    /// Whoever sends it waits until the broker has it.
    package let isAwaited: Bool
}
