/// How a service writes its requests, its answers and its refusals.
/// <https://smithy.io/2.0/aws/protocols/index.html>
package enum WireProtocol: Hashable, Sendable {
    case json10
    case json11
    /// A form goes in, XML comes out.
    case query
    case restJSON

    package var mediaType: StaticString {
        switch self {
        case .json10: "application/x-amz-json-1.0"
        case .json11: "application/x-amz-json-1.1"
        case .query: "text/xml"
        case .restJSON: "application/json"
        }
    }

    package var isRest: Bool { self == .restJSON }
}
