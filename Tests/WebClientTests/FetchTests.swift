import Core
import Files
import Glibc
import Testing

@testable import WebClient

@Suite struct FetchTests {
    /// A file that keeps its name, and a server of it that knows ranges.
    private static func shelf(_ text: String, tag: String, breaksAt: Int? = nil) -> StubWeb {
        StubWeb { head, _ in
            let lines = head.split(separator: "\r\n").map(String.init)
            let value = { (name: String) in
                lines.first { $0.lowercased().hasPrefix(name + ": ") }.map { String($0.dropFirst(name.count + 2)) }
            }
            let from = value("range").flatMap { Int($0.dropFirst("bytes=".count).dropLast()) } ?? 0
            let isSame = value("if-range").map { $0 == tag } ?? true
            if from >= text.utf8.count, isSame {
                return StubWeb.Reply("416 Range Not Satisfiable", ["Content-Range: bytes */\(text.utf8.count)"])
            }
            let start = isSame ? from : 0
            let rest = String(text.dropFirst(start))
            var fields = ["ETag: \(tag)"]
            if start > 0 { fields.append("Content-Range: bytes \(start)-\(text.utf8.count - 1)/\(text.utf8.count)") }
            var reply = StubWeb.Reply(
                start > 0 ? "206 Partial Content" : "200 OK", fields, body: String(rest.prefix(breaksAt ?? rest.count)),
                length: rest.utf8.count)
            reply.closes = breaksAt != nil
            return reply
        }
    }

    private static func withFile(holding text: String, _ body: (Int32, String) throws -> Void) throws {
        let folder = try FileAccess.temporaryFolder("fetch")
        defer { FileAccess.remove(folder) }
        let path = folder + "/file"
        try FileAccess.write(Array(text.utf8), to: path)
        let file = unsafe open(path, O_RDWR | O_CLOEXEC)
        defer { close(file) }
        try body(file, path)
    }

    private static func text(_ path: String) throws -> String {
        String(decoding: try FileAccess.read(path), as: UTF8.self)
    }

    struct Case: Sendable {
        let name: String
        let here: String
        var validator: String? = "\"v1\""
        let from: Int
    }

    @Test(arguments: [
        Case(name: "nothing here", here: "", from: 0), Case(name: "half here", here: "01234", from: 5),
        Case(name: "half here, no name", here: "01234", validator: nil, from: 5),
        Case(name: "the file changed", here: "abcd", validator: "\"v0\"", from: 0),
        Case(name: "it changed and is shorter", here: "abcdefghijklmn", validator: "\"v0\"", from: 0),
        Case(name: "more here than there is", here: "abcdefghijklmn", from: 0),
        Case(name: "all here", here: "0123456789", from: 10),
    ])
    func goesOnWhereItCan(_ wanted: Case) throws {
        let web = Self.shelf("0123456789", tag: "\"v1\"")
        try Self.withFile(holding: wanted.here) { file, path in
            let fetch = WebFetch(
                web.url + "/f", bytesMax: 10, from: wanted.here.utf8.count, validator: wanted.validator)
            let fetched = try web.serve { try WebClient().fetch(fetch, into: file) }
            #expect(fetched == WebFetched(bytes: 10, from: wanted.from, validator: fetched.validator))
            #expect(try Self.text(path) == "0123456789")
        }
    }

    @Test func aCutDownloadIsFinishedLater() throws {
        try Self.withFile(holding: "") { file, path in
            var seen = 0
            let broken = Self.shelf("0123456789", tag: "\"v1\"", breaksAt: 4)
            let fault = broken.serve {
                #expect(throws: Fault.self) {
                    try WebClient().fetch(WebFetch(broken.url, bytesMax: 10), into: file) { seen = $0 }
                }
            }
            #expect(fault?.code == .unavailable && seen == 4)
            #expect(try Self.text(path) == "0123")
            let whole = Self.shelf("0123456789", tag: "\"v1\"")
            let rest = WebFetch(whole.url, bytesMax: 10, from: seen, validator: "\"v1\"")
            let fetched = try whole.serve { try WebClient().fetch(rest, into: file) }
            #expect(fetched.from == 4)
            #expect(try Self.text(path) == "0123456789")
        }
    }

    @Test func refusesAndLeavesTheFile() throws {
        let web = StubWeb { head, _ in
            head.contains("/none")
                ? StubWeb.Reply("404 Not Found", body: "no") : StubWeb.Reply("200 OK", body: "0123456789")
        }
        try Self.withFile(holding: "ab") { file, path in
            try web.serve {
                let client = try WebClient()
                let missing = #expect(throws: Fault.self) {
                    try client.fetch(WebFetch(web.url + "/none", bytesMax: 10), into: file)
                }
                #expect(missing?.code == .notFound)
                let long = #expect(throws: Fault.self) {
                    try client.fetch(WebFetch(web.url, bytesMax: 9, from: 2), into: file)
                }
                #expect(long?.code == .exhausted)
            }
            #expect(try Self.text(path) == "ab")
        }
    }
}
