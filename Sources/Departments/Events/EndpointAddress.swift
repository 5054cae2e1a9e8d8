internal import AWSProtocol
internal import Core

/// Where requests go, as a destination or an authorization names it: `https://HOST/path/*?query`.
///
/// EventBridge wants https. A plant's own machines often speak http alone, inside its own network: both are taken here.
struct EndpointAddress: Hashable, Sendable {
    static let wildcard: Character = "*"
    private static let marks = "-()_.!~*';/?:@&=+$,%"
    private static let bytesMax = 2048

    /// `https://HOST:PORT`.
    let origin: String
    /// With its wildcards.
    let path: String
    /// What stands behind the question mark.
    let query: String

    /// Nil for what is no such address.
    init?(parsing text: String) {
        guard (1...Self.bytesMax).contains(text.utf8.count), text.isMadeOfLetters(and: Self.marks),
            PercentText.strictlyDecoded(text) != nil,
            let scheme = ["https://", "http://"].first(where: { text.lowercased().hasPrefix($0) })
        else { return nil }
        let rest = text.dropFirst(scheme.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        guard Self.isAuthority(authority) else { return nil }
        let halves = rest.dropFirst(authority.count).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        origin = scheme + authority
        path = halves.first.map(String.init) ?? ""
        query = halves.count > 1 ? String(halves[1]) : ""
    }

    /// A host and perhaps a port; a name and a password belong into a connection, where they are sealed.
    private static func isAuthority(_ text: Substring) -> Bool {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard let host = parts.first, !host.isEmpty, parts.count <= 2, host.isMadeOfLetters(and: "-._") else {
            return false
        }
        return parts.count == 1 || Int(parts[1]).map { (1...65_535).contains($0) } == true
    }

    var wildcards: Int { path.filter { $0 == Self.wildcard }.count }

    /// The path with values for its wildcards, from the left; one without a value stays. Nil when that would lead
    /// elsewhere: `.` and `..` are steps to other places.
    func path(filledWith values: [String]) -> String? {
        var rest = values[...]
        var filled = ""
        for letter in path {
            if letter == Self.wildcard, let value = rest.popFirst() {
                filled += PercentText.encoded(value)
            } else {
                filled.append(letter)
            }
        }
        let steps = { (text: String) in text.split(separator: "/").filter { $0 == "." || $0 == ".." }.count }
        return steps(filled) == steps(path) ? filled : nil
    }

    /// Pairs as a query has them, and a form.
    static func encoded(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { "\(PercentText.encoded($0.name))=\(PercentText.encoded($0.value))" }.joined(separator: "&")
    }

    /// The whole address, with more in its query.
    func text(path: String, adding pairs: [(name: String, value: String)]) -> String {
        let query = [query, Self.encoded(pairs)].filter { !$0.isEmpty }.joined(separator: "&")
        return origin + path + (query.isEmpty ? "" : "?" + query)
    }
}
