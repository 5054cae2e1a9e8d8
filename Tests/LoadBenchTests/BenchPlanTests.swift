import LoadBench
import Testing

/// What may be asked of the load tester, and what it answers when it may not.
@Suite struct BenchPlanTests {
    @Test(arguments: [
        (url: "http://127.0.0.1:8080/infer", authority: "127.0.0.1:8080", path: "/infer"),
        (url: "http://plc.local", authority: "plc.local", path: "/"),
        (url: "HTTP://plc.local:80/a?b=c#d", authority: "plc.local", path: "/a?b=c"),
        (url: "localhost:8080/v2", authority: "localhost:8080", path: "/v2"),
        (url: "http://[::1]:9/x", authority: "[::1]:9", path: "/x"),
        (url: "http://h?q=1", authority: "h", path: "/?q=1"),
        (url: "http://h/a@b:c", authority: "h", path: "/a@b:c"),
    ])
    func readsURLs(_ row: (url: String, authority: String, path: String)) throws {
        let target = try BenchTarget(parsing: row.url)
        #expect(target.authority == row.authority)
        #expect(target.path == row.path)
    }

    @Test(arguments: [
        (url: "https://h/", saying: "plain http only"), (url: "ftp://h/", saying: "scheme ftp"),
        (url: "", saying: "spaces or characters"), (url: "http://h/ü", saying: "percent-encode"),
        (url: "http://h/a b", saying: "percent-encode"), (url: "http://h/\r\nX: y", saying: "percent-encode"),
        (url: "http:///x", saying: "names no host"), (url: "http://:80/", saying: "names no host"),
        (url: "http://h:0/", saying: "no valid port"), (url: "http://h:65536/", saying: "no valid port"),
        (url: "http://h:8o/", saying: "no valid port"), (url: "http://h:+80/", saying: "no valid port"),
        (url: "http://h:/", saying: "no valid port"), (url: "http://[::1", saying: "[ without ]"),
        (url: "http://[::1]x/", saying: "no valid port"), (url: "http://me:pw@h/", saying: "user name"),
    ])
    func refusesURLs(_ row: (url: String, saying: String)) {
        let error = #expect(throws: BenchError.self) { try BenchTarget(parsing: row.url) }
        #expect(error?.description.contains(row.saying) == true, "\(error?.description ?? "no error")")
    }

    @Test(
        arguments: [
            (method: nil, body: "", line: "GET /x HTTP/1.1\r\nHost: h:8\r\nX-A: b\r\n\r\n"),
            (method: nil, body: "{}", line: "POST /x HTTP/1.1\r\nHost: h:8\r\nX-A: b\r\nContent-Length: 2\r\n\r\n{}"),
            (method: "POST", body: "", line: "POST /x HTTP/1.1\r\nHost: h:8\r\nX-A: b\r\nContent-Length: 0\r\n\r\n"),
            (method: "DELETE", body: "", line: "DELETE /x HTTP/1.1\r\nHost: h:8\r\nX-A: b\r\n\r\n"),
        ] as [(method: String?, body: String, line: String)])
    func laysOutTheRequest(_ row: (method: String?, body: String, line: String)) throws {
        let request = try BenchRequest(
            method: row.method, headers: [BenchHeader("X-A", "b")], body: Array(row.body.utf8))
        #expect(String(decoding: request.bytes(for: try BenchTarget(parsing: "h:8/x")), as: UTF8.self) == row.line)
    }

    @Test func theCallersHostWins() throws {
        let request = try BenchRequest(headers: [BenchHeader("host", "other")])
        let text = String(decoding: request.bytes(for: try BenchTarget(parsing: "h/")), as: UTF8.self)
        #expect(text == "GET / HTTP/1.1\r\nhost: other\r\n\r\n")
    }

    @Test(arguments: [
        BenchHeader("", "x"), BenchHeader("a b", "x"), BenchHeader("a:", "x"), BenchHeader("a", "x\r\ny: z"),
        BenchHeader("a", "\u{0}"), BenchHeader("Content-Length", "5"), BenchHeader("transfer-encoding", "chunked"),
        BenchHeader("Connection", "close"),
    ])
    func refusesHeaders(_ header: BenchHeader) {
        #expect(throws: BenchError.self) { try BenchRequest(headers: [header]) }
    }

    @Test(arguments: ["", "GET /", "G\r\n"])
    func refusesMethods(_ method: String) {
        #expect(throws: BenchError.self) { try BenchRequest(method: method) }
    }

    @Test(arguments: [0, -1, .nan, .infinity, 2_000_000] as [Double])
    func refusesRates(_ rate: Double) {
        #expect(throws: BenchError.self) { try BenchPlan.sample(rate: rate) }
    }

    @Test func refusesMoreSamplesThanItKeeps() {
        let error = #expect(throws: BenchError.self) {
            try BenchPlan.sample(rate: 1_000_000, duration: .seconds(51))
        }
        #expect(error?.message.contains("more than 50000000 requests") == true)
    }

    @Test(arguments: [0, -1, 513])
    func refusesConnections(_ count: Int) {
        #expect(throws: BenchError.self) { try BenchPlan.sample(connections: count) }
    }

    @Test(arguments: [.zero, .seconds(-1), .seconds(100_000)] as [Duration])
    func refusesTimes(_ time: Duration) {
        #expect(throws: BenchError.self) { try BenchPlan.sample(duration: time) }
        #expect(throws: BenchError.self) { try BenchPlan.sample(timeout: time) }
        if time != .zero { #expect(throws: BenchError.self) { try BenchPlan.sample(warmUp: time) } }
    }
}
