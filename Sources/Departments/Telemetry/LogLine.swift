/// An event that another department has for a log group.
package struct LogLine: Hashable, Sendable {
    package let message: String
    /// Since 1970; nil for now.
    package let milliseconds: Int64?

    package init(_ message: String, at milliseconds: Int64? = nil) {
        self.message = message
        self.milliseconds = milliseconds
    }
}
