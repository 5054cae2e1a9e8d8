/// Why a load test cannot be run or a saved one cannot be read.
package struct BenchError: Error, Hashable, Sendable {
    /// What kind of failure it is, for programs; open, so that the roof may map what it knows.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The plan makes no sense: an impossible rate, a broken URL, a header that cannot be sent.
        package static let invalid = Code(rawValue: "invalid")
        /// The plan makes sense but not to this tester, which speaks plain HTTP/1.1.
        package static let unsupported = Code(rawValue: "unsupported")
        /// The name is unknown, or nobody listens there.
        package static let unreachable = Code(rawValue: "unreachable")
        /// A saved report is not one.
        package static let unreadable = Code(rawValue: "unreadable")
    }

    package let code: Code
    package let message: String
    /// What to do about it, where that is known.
    package let hint: String?

    package init(_ code: Code, _ message: String, hint: String? = nil) {
        self.code = code
        self.message = message
        self.hint = hint
    }
}

extension BenchError: CustomStringConvertible {
    package var description: String { hint.map { "\(message); \($0)" } ?? message }
}
