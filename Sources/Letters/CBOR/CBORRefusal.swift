/// Where and why bytes are not the CBOR that is read here.
package struct CBORRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// In lower case and without a full stop.
    package let reason: String
    /// Of the first byte of what was refused, counted from 0.
    package let position: Int

    init(_ reason: String, at position: Int) {
        self.reason = reason
        self.position = position
    }

    /// The refusal as one line of a log.
    package var description: String { "\(reason) at byte \(position)" }
}
