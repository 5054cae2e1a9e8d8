/// How a service writes its requests, its answers and its refusals.
/// <https://smithy.io/2.0/aws/protocols/index.html>
package enum WireProtocol: Hashable, Sendable {
    case json10
    case json11
    /// A form goes in, XML comes out.
    case query
    case restJSON
    /// RPC v2: a path that names the operation, and CBOR both ways.
    case cbor

    package var mediaType: StaticString {
        switch self {
        case .json10: "application/x-amz-json-1.0"
        case .json11: "application/x-amz-json-1.1"
        case .query: "text/xml"
        case .restJSON: "application/json"
        case .cbor: "application/cbor"
        }
    }

    /// What requests and answers call it in the field `smithy-protocol`, where they have to.
    package var smithyName: String? { self == .cbor ? "rpc-v2-cbor" : nil }

    /// Refusals also tell the code that older clients know.
    var tellsOlderCodes: Bool { self == .json10 || self == .cbor }

    package var isRest: Bool { self == .restJSON }
}
