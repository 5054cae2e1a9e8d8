/// How much of what components print is kept, and how.
package struct LogSettings: Hashable, Sendable {
    /// Of one component, all its files together.
    package var bytesMax = 10 << 20
    package var files = 4
    /// Each line begins with its time, step and stream.
    package var isPrefixed = true

    package init() {}
}
