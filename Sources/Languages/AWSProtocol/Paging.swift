package import Core

/// A long list in parts. A token says behind which key the next part begins, so that a part may be asked for again, and
/// what came or went meanwhile moves nothing else.
package enum Paging {
    private static let mark = "after:"

    /// The keys (sorted) of one part, and the token for the next.
    package static func part(
        _ keys: [String], token: String?, limit: Int, invalid code: String = "ValidationException"
    ) throws(ServiceProblem) -> (keys: ArraySlice<String>, next: String?) {
        let last: String?
        if let token { last = try key(in: token, code) } else { last = nil }
        let start = last.map { last in keys.firstIndex { $0 > last } ?? keys.endIndex } ?? keys.startIndex
        let end = start + min(max(1, limit), keys.endIndex - start)
        let part = keys[start..<end]
        return (part, end < keys.endIndex ? part.last.map { Self.token(after: $0) } : nil)
    }

    /// What stands for a place in a list.
    package static func token(after key: String) -> String { Base64.text(Array((mark + key).utf8)) }

    /// The place that a token stands for.
    package static func key(in token: String, _ code: String) throws(ServiceProblem) -> String {
        guard let bytes = Base64.bytes(token), let text = String(validating: bytes, as: UTF8.self), text.hasPrefix(mark)
        else { throw ServiceProblem(code, "The specified token is not valid: take it from the answer before.") }
        return String(text.dropFirst(mark.count))
    }
}
