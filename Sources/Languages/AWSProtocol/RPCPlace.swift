internal import Core

/// What a request of RPC v2 asks, by its path: `/service/{service}/operation/{operation}`, whatever stands before.
/// <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html#requests>
package struct RPCPlace: Hashable, Sendable {
    package let service: String
    let operation: String

    /// Nil for another path.
    package init?(_ path: [String]) {
        let last = Array(path.suffix(4))
        guard last.count == 4, last[0] == "service", last[2] == "operation" else { return nil }
        // A service may be named with the namespace that it is in.
        service = last[1].split(separator: ".").last.map(String.init) ?? ""
        operation = last[3]
    }
}
