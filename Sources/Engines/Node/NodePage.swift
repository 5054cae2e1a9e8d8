internal import CPage
internal import Core
internal import Crypto
internal import HTTP

/// The node's page: one file, under a policy that lets nothing else run.
enum NodePage {
    private static var bytes: UnsafeRawBufferPointer {
        var count = 0
        let start = unsafe ls_node_page(&count)
        return unsafe UnsafeRawBufferPointer(start: start, count: count)
    }

    /// The page's one script is named by its digest.
    private static let policy: String = {
        let text = unsafe String(decoding: bytes, as: UTF8.self)
        guard let open = text.ranges(of: "<script>").first, let close = text.ranges(of: "</script>").last else {
            return ""
        }
        let digest = SHA256.digest(of: Array(text[open.upperBound..<close.lowerBound].utf8))
        return
            "default-src 'self'; script-src 'sha256-\(digest.base64)'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    }()

    static func answer(_ exchange: Exchange) {
        exchange.respond(
            .ok, "text/html; charset=utf-8",
            fields: [
                ("Content-Security-Policy", policy), ("Cache-Control", "no-cache"),
                ("X-Content-Type-Options", "nosniff"),
            ]
        ) { unsafe $0.append(bytes) }
    }
}
