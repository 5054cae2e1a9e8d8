/// Where the load goes: the parts of an `http` URL.
package struct BenchTarget: Hashable, Sendable {
    package let host: String
    package let port: UInt16
    /// Path and query, as they stand in the request line.
    package let path: String
    private let isNumericIPv6: Bool

    /// Reads `http://host[:port][/path][?query]`; without a scheme, `http` is meant.
    package init(parsing url: String) throws(BenchError) {
        guard !url.isEmpty, url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Self.invalid(url, "has spaces or characters outside ASCII", hint: "percent-encode them")
        }
        let rest = try Self.withoutScheme(url)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let path = rest.dropFirst(authority.count).prefix { $0 != "#" }
        self.path = path.hasPrefix("/") ? String(path) : "/\(path)"
        guard !authority.contains("@") else {
            throw Self.invalid(url, "carries a user name", hint: "send an Authorization header")
        }
        let (host, port, isNumericIPv6) = try Self.split(authority, of: url)
        guard !host.isEmpty else { throw Self.invalid(url, "names no host") }
        self.host = String(host)
        self.port = port
        self.isNumericIPv6 = isNumericIPv6
    }

    /// The value of the Host header.
    package var authority: String {
        let name = isNumericIPv6 ? "[\(host)]" : host
        return port == 80 ? name : "\(name):\(port)"
    }

    private static func withoutScheme(_ url: String) throws(BenchError) -> Substring {
        guard let end = url.firstRange(of: "://") else { return url[...] }
        switch url[..<end.lowerBound].lowercased() {
        case "http":
            return url[end.upperBound...]
        case "https":
            throw BenchError(
                .unsupported, "\(url) is https, and the load tester speaks plain http only",
                hint: "point it at a port without TLS")
        case let scheme:
            throw BenchError(.unsupported, "\(url) has the scheme \(scheme), and the load tester speaks http only")
        }
    }

    private static func split(
        _ authority: Substring, of url: String
    ) throws(BenchError) -> (host: Substring, port: UInt16, isNumericIPv6: Bool) {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw invalid(url, "has [ without ]") }
            let host = authority[authority.index(after: authority.startIndex)..<end]
            let port = try Self.port(authority[authority.index(after: end)...], of: url)
            return (host, port, true)
        }
        let host = authority.prefix { $0 != ":" }
        return (host, try Self.port(authority.dropFirst(host.count), of: url), false)
    }

    /// Reads `:8080`, or nothing.
    private static func port(_ text: Substring, of url: String) throws(BenchError) -> UInt16 {
        if text.isEmpty { return 80 }
        guard text.hasPrefix(":"), let port = UInt16(text.dropFirst()), port > 0, !text.contains("+") else {
            throw invalid(url, "has no valid port after its host", hint: "a port is a number from 1 to 65535")
        }
        return port
    }

    private static func invalid(_ url: String, _ what: String, hint: String? = nil) -> BenchError {
        BenchError(.invalid, "the URL \"\(url)\" \(what)", hint: hint)
    }
}

extension BenchTarget: CustomStringConvertible {
    package var description: String { "http://\(authority)\(path)" }
}
