import Core
import Files
import Glibc
import Testing

@testable import WebClient

@Suite struct WebClientTests {
    private static func code(_ body: () throws -> Void) -> Fault.Code? {
        do { try body() } catch { return (error as? Fault)?.code }
        return nil
    }

    @Test func asksAgainOnTheSameConnection() throws {
        let web = StubWeb { head, _ in StubWeb.Reply("200 OK", ["X-Seen: \(head.prefix(6))"], body: "hello") }
        try web.serve {
            let client = try WebClient()
            for _ in 0..<3 {
                let answer = try client.get(web.url + "/a", bytesMax: 5)
                #expect(answer.status == 200 && answer.body == Array("hello".utf8))
                #expect(answer.fields["x-seen"] == "GET /a")
            }
        }
        #expect(web.connectionCount == 1)
    }

    @Test func everyStatusIsAnAnswer() throws {
        let web = StubWeb { _, _ in StubWeb.Reply("404 Not Found", body: String(repeating: "x", count: 3_000)) }
        try web.serve {
            let answer = try WebClient().get(web.url, bytesMax: 100)
            #expect(answer.status == 404 && answer.body.count <= 100)
            #expect(Self.code { _ = try answer.succeeded() } == .notFound)
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE"])
    func sendsBytes(_ method: String) throws {
        let web = StubWeb { head, body in
            StubWeb.Reply("201 Created", body: "\(head.prefix { $0 != " " }) \(body.count)")
        }
        try web.serve {
            let body = [UInt8](repeating: 0, count: 100_000)
            let answer = try WebClient().send(
                WebRequest(
                    method, web.url, fields: ["Authorization": "x", "Content-Type": "application/json"], body: body),
                bodyBytesMax: 100)
            #expect(answer.status == 201)
            #expect(String(decoding: answer.body, as: UTF8.self) == "\(method) 100000")
        }
        let head = try #require(web.asked.first)
        #expect(head.contains("Authorization: x\r\n") && head.contains("Content-Type: application/json"))
        #expect(!head.contains("Expect:"))
    }

    @Test func anEmptyBodyHasNoType() throws {
        let web = StubWeb { _, _ in StubWeb.Reply("204 No Content") }
        try web.serve { _ = try WebClient().send(WebRequest("POST", web.url, body: []), bodyBytesMax: 0) }
        let head = try #require(web.asked.first)
        #expect(head.hasPrefix("POST ") && head.contains("Content-Length: 0") && !head.contains("Content-Type"))
    }

    @Test func takesNoMoreThanAsked() throws {
        let web = StubWeb { head, _ in
            head.contains("/lying")
                ? StubWeb.Reply("200 OK", body: "0123456789", length: 1 << 40)
                : StubWeb.Reply("200 OK", body: "0123456789")
        }
        try web.serve {
            let client = try WebClient()
            #expect(Self.code { _ = try client.get(web.url, bytesMax: 9) } == .exhausted)
            #expect(Self.code { _ = try client.get(web.url + "/lying", bytesMax: 1_000) } == .exhausted)
            #expect(try client.get(web.url, bytesMax: 10).body.count == 10)
        }
    }

    @Test func followsWhatIsSafeToFollow() throws {
        let web = StubWeb { head, _ in
            if head.contains(" /there") { return StubWeb.Reply("200 OK", body: "there") }
            if head.contains(" /file") { return StubWeb.Reply("302 Found", ["Location: file:///etc/hostname"]) }
            if head.contains(" /round") { return StubWeb.Reply("302 Found", ["Location: /round"]) }
            return StubWeb.Reply("302 Found", ["Location: /there"])
        }
        try web.serve {
            let client = try WebClient()
            let answer = try client.get(web.url, bytesMax: 100)
            #expect(answer.body == Array("there".utf8) && answer.url.hasSuffix("/there"))
            #expect(Self.code { _ = try client.get(web.url + "/file", bytesMax: 100) } == .invalid)
            #expect(Self.code { _ = try client.get(web.url + "/round", bytesMax: 100) } == .status)
            #expect(try client.send(WebRequest("POST", web.url, body: [1]), bodyBytesMax: 9).status == 302)
        }
    }

    @Test func saysWhatIsWrong() throws {
        let client = try WebClient()
        #expect(Self.code { _ = try client.get("ftp://127.0.0.1/", bytesMax: 1) } == .invalid)
        #expect(Self.code { _ = try client.get("http://127.0.0.1/a b", bytesMax: 1) } == .invalid)
        #expect(Self.code { _ = try client.get("http://127.0.0.1:1/", bytesMax: 1) } == .unavailable)
        #expect(Self.code { _ = try client.get("http://nobody.invalid/", bytesMax: 1) } == .unavailable)
        let web = StubWeb { _, _ in StubWeb.Reply("200 OK") }
        web.serve {
            let url = "https://127.0.0.1:\(web.port)/"
            #expect(Self.code { _ = try client.get(url, bytesMax: 1) } == .tls)
            let forged = WebRequest("GET", web.url, fields: ["X": "a\r\nY: b"])
            #expect(Self.code { _ = try client.send(forged, bodyBytesMax: 1) } == .invalid)
        }
    }

    @Test func givesUpAndIsGivenUp() throws {
        let web = StubWeb { _, _ in
            var reply = StubWeb.Reply("200 OK", body: "half", length: 8)
            reply.stallMilliseconds = 4_000
            return reply
        }
        try web.serve {
            let client = try WebClient()
            #expect(Self.code { _ = try client.get(web.url, bytesMax: 9, wholeMilliseconds: 200) } == .timeout)
            var plan = WebPlan()
            plan.leastSpeedSeconds = 1
            #expect(Self.code { _ = try WebClient(plan).get(web.url, bytesMax: 9) } == .timeout)
            let cancellation = WebCancellation()
            Lane.start("canceller") {
                usleep(100_000)
                cancellation.cancel()
            }
            let request = WebRequest("GET", web.url)
            #expect(
                Self.code { _ = try client.send(request, bodyBytesMax: 9, cancellation: cancellation) } == .cancelled)
        }
    }
}
