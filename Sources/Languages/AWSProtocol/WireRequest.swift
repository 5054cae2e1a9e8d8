internal import Core

/// A request as it came, of whatever protocol.
package struct WireRequest: Sendable {
    package let method: String
    /// Decoded, segment by segment.
    package let path: [String]
    /// Decoded pairs in their order.
    package let query: [(name: String, value: String)]
    /// Names in lower case.
    package let fields: [String: String]
    package let body: [UInt8]

    package init(
        method: String, path: [String], query: [(name: String, value: String)], fields: [String: String], body: [UInt8]
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.fields = fields
        self.body = body
    }

    package var target: String? { fields["x-amz-target"] }
    /// The protocol that it says it is in; those that are older say nothing.
    package var smithyName: String? { fields["smithy-protocol"] }
}
