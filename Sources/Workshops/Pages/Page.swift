internal import CPage
internal import Core
internal import Crypto
package import HTTP

/// A page that is part of the program: one file, under a policy that lets nothing else run.
package enum Page: Sendable {
    case station
    case node

    package func answer(_ exchange: Exchange) {
        let bytes = unsafe bytes
        exchange.respond(
            .ok, "text/html; charset=utf-8",
            fields: [
                ("Content-Security-Policy", policy), ("Cache-Control", "no-cache"),
                ("X-Content-Type-Options", "nosniff"),
            ]
        ) { unsafe $0.append(bytes) }
    }

    private var bytes: UnsafeRawBufferPointer {
        var count = 0
        let start = unsafe self == .station ? ls_station_page(&count) : ls_node_page(&count)
        return unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    private static let stationPolicy = policy(of: .station)
    private static let nodePolicy = policy(of: .node)
    private var policy: String { self == .station ? Self.stationPolicy : Self.nodePolicy }

    /// The page's one script is named by its digest; nothing else may run.
    private static func policy(of page: Page) -> String {
        let text = unsafe String(decoding: page.bytes, as: UTF8.self)
        guard let open = text.ranges(of: "<script>").first, let close = text.ranges(of: "</script>").last else {
            return "default-src 'self'; script-src 'none'"
        }
        let digest = SHA256.digest(of: Array(text[open.upperBound..<close.lowerBound].utf8))
        return
            "default-src 'self'; script-src 'sha256-\(digest.base64)'; style-src 'unsafe-inline'; img-src 'self' data: blob:; base-uri 'none'; frame-ancestors 'none'"
    }
}
