package import Core

/// One question to a server.
package struct WebRequest: Sendable {
    package var method: String
    package var url: String
    package var fields: WebFields
    package var body: [UInt8]?
    /// For the whole exchange; nil leaves it to the plan's least speed.
    package var wholeMilliseconds: Int?

    package init(
        _ method: String = "GET", _ url: String, fields: WebFields = WebFields(), body: [UInt8]? = nil,
        wholeMilliseconds: Int? = nil
    ) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
        self.wholeMilliseconds = wholeMilliseconds
    }

    /// Only what changes nothing may be repeated at another address.
    var followsRedirects: Bool { method == "GET" || method == "HEAD" }

    /// What is sent: without a type of its own a body has none, rather than curl's guess that it is a form.
    var lines: [String] {
        var lines = fields.list.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
        if body != nil, fields["content-type"] == nil { lines.append("Content-Type:") }
        return lines
    }

    /// A line end in a field would begin another one.
    var isWellFormed: Bool {
        let lineIsPlain = lines.allSatisfy { line in line.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 } }
        return lineIsPlain && url.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f }
    }
}

/// What a server said, whatever its status.
package struct WebAnswer: Sendable {
    package let status: Int
    package let fields: WebFields
    package let body: [UInt8]
    /// Where it came from in the end.
    package let url: String

    package var isSuccess: Bool { (200...299).contains(status) }

    /// The answer itself, or its status as an error.
    package func succeeded() throws(Fault) -> WebAnswer {
        guard isSuccess else { throw Fault.status(status, url) }
        return self
    }
}
