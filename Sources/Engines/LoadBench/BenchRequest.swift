/// A header as the caller gave it.
package struct BenchHeader: Hashable, Sendable {
    package let name: String
    package let value: String

    package init(_ name: String, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// The one request that a run sends again and again, checked once and laid out as the bytes that go on the wire.
package struct BenchRequest: Hashable, Sendable {
    package let method: String
    package let headers: [BenchHeader]
    package let body: [UInt8]

    // What decides where a message ends is written here and nowhere else.
    private static let reserved: Set<String> = ["content-length", "transfer-encoding", "connection"]

    /// Without a method: GET, or POST when there is a body.
    package init(method: String? = nil, headers: [BenchHeader] = [], body: [UInt8] = []) throws(BenchError) {
        self.method = method ?? (body.isEmpty ? "GET" : "POST")
        self.headers = headers
        self.body = body
        guard Self.isToken(self.method) else {
            throw BenchError(.invalid, "\"\(self.method)\" is not an HTTP method")
        }
        guard body.count <= BenchLimit.bodyBytesMax else {
            throw BenchError(.invalid, "the body has \(body.count) bytes; \(BenchLimit.bodyBytesMax) is the most")
        }
        for header in headers { try Self.check(header) }
    }

    /// Whether the answer has no body although its headers may speak of one.
    var isHead: Bool { method == "HEAD" }

    /// The request as it is sent to `target`.
    package func bytes(for target: BenchTarget) -> [UInt8] {
        var head = "\(method) \(target.path) HTTP/1.1\r\n"
        if !headers.contains(where: { $0.name.lowercased() == "host" }) { head += "Host: \(target.authority)\r\n" }
        for header in headers { head += "\(header.name): \(header.value)\r\n" }
        if !body.isEmpty || method == "POST" || method == "PUT" || method == "PATCH" {
            head += "Content-Length: \(body.count)\r\n"
        }
        return Array("\(head)\r\n".utf8) + body
    }

    private static func check(_ header: BenchHeader) throws(BenchError) {
        guard isToken(header.name) else {
            throw BenchError(.invalid, "\"\(header.name)\" is not a header name")
        }
        guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
            throw BenchError(.invalid, "the value of header \(header.name) has control characters")
        }
        guard !reserved.contains(header.name.lowercased()) else {
            throw BenchError(.invalid, "header \(header.name) cannot be set: the load tester writes its own")
        }
    }

    /// > token = 1*tchar
    /// <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2>
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
                case UInt8(ascii: "a")...UInt8(ascii: "z"): true
                default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }
}
