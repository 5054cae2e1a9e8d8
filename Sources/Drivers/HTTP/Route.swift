/// One address that is answered, and everything that is known of it: the same declaration routes, guards and documents.
@safe package struct Route: Sendable {
    package typealias Handler = @Sendable (Exchange) -> Void
    /// Chooses where a body of known length is received; nil means the connection's own buffer.
    package typealias Place = @Sendable (Exchange, Int) -> UnsafeMutableRawBufferPointer?
    /// Takes a body piece by piece, as it is on the wire; nil means that it is received as usual.
    package typealias Sink = @Sendable (Exchange) -> (any BodySink)?

    package let method: Method
    package let pattern: String
    package let summary: String
    /// Needs the bearer token when one is configured.
    package let changesState: Bool
    /// The largest body; nil leaves it to the server.
    package let bodyBytesMax: Int?
    package let document: RouteDocument
    package let place: Place?
    package let sink: Sink?
    package let handler: Handler

    package init(
        _ method: Method, _ pattern: String, _ summary: String, changesState: Bool = false, bodyBytesMax: Int? = nil,
        document: RouteDocument = RouteDocument(), place: Place? = nil, sink: Sink? = nil, handler: @escaping Handler
    ) {
        self.method = method
        self.pattern = pattern
        self.summary = summary
        self.changesState = changesState
        self.bodyBytesMax = bodyBytesMax
        self.document = document
        unsafe self.place = unsafe place
        self.sink = sink
        self.handler = handler
    }
}

/// What `/openapi.json` says of a route beyond its address: JSON Schema texts by media type and by status.
package struct RouteDocument: Hashable, Sendable {
    package var tag: String
    package var requests: [String: String]
    package var answers: [Int: String]
    package var headers: [String: String]

    package init(
        tag: String = "service", requests: [String: String] = [:], answers: [Int: String] = [:],
        headers: [String: String] = [:]
    ) {
        self.tag = tag
        self.requests = requests
        self.answers = answers
        self.headers = headers
    }
}
