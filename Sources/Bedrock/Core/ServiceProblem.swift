/// How a service says no: a code for programs, a sentence for people, a status for the wire.
package struct ServiceProblem: Error, Hashable, Sendable {
    package let code: String
    package let message: String
    package let status: Int
    /// What else is said: members of the refusal, and fields of its head.
    package var details: [String: String] = [:]
    package var fields: [String: String] = [:]
    /// Members of the refusal that are more than a text.
    package var documents: [String: Datum] = [:]

    package init(_ code: String, _ message: String, status: Int = 400) {
        self.code = code
        self.message = message
        self.status = status
    }
}
