/// An operating error: a code for programs, a sentence for the log, a hint for the person at night.
package struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Open: rooms above may add codes.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String
        package init(rawValue: String) { self.rawValue = rawValue }

        package static let invalid = Code(rawValue: "invalid")
        package static let notFound = Code(rawValue: "not found")
        package static let unavailable = Code(rawValue: "unavailable")
        package static let timeout = Code(rawValue: "timeout")
        package static let exhausted = Code(rawValue: "exhausted")
        package static let system = Code(rawValue: "system")
        package static let model = Code(rawValue: "model")
        /// There is no room on the disk: whoever can make some may try again.
        package static let diskFull = Code(rawValue: "disk full")
        /// The disk refuses to read or write.
        package static let diskFailing = Code(rawValue: "disk failing")
        /// What is kept somewhere cannot be what was put there.
        package static let damaged = Code(rawValue: "damaged")
        /// Somebody else has it just now.
        package static let busy = Code(rawValue: "busy")
    }

    package let code: Code
    package let message: String
    package let hint: String?

    package init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }

    package var description: String { hint.map { "\(message); \($0)" } ?? message }
}
