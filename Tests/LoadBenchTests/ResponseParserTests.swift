import LoadBench
import Testing

/// What an answer looks like on the wire.
@Suite struct ResponseParserTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let text: String
        var status = 200
        var isHead = false
        var keepsAlive = true
        /// Bytes after the answer that do not belong to it.
        var rest = 0
    }

    static let answers = [
        Case(testDescription: "a length", text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
        Case(testDescription: "no reason phrase", text: "HTTP/1.1 200\r\ncontent-length:2\r\n\r\nok"),
        Case(testDescription: "bare line feeds", text: "HTTP/1.1 200 OK\nContent-Length: 2\n\nok"),
        Case(testDescription: "an empty body", text: "HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n", status: 503),
        Case(
            testDescription: "chunks",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n"),
        Case(
            testDescription: "trailers",
            text: "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n0\r\nDigest: x\r\nA: b\r\n\r\n"),
        Case(
            testDescription: "chunks outrank a length",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Case(testDescription: "204 without a length", text: "HTTP/1.1 204 No Content\r\n\r\n", status: 204),
        Case(testDescription: "304 with a length", text: "HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n", status: 304),
        Case(testDescription: "HEAD", text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", isHead: true),
        Case(
            testDescription: "100 Continue first",
            text: "HTTP/1.1 100 Continue\r\nContent-Length: 7\r\n\r\nHTTP/1.1 201 Made\r\nContent-Length: 1\r\n\r\nx",
            status: 201),
        Case(
            testDescription: "Connection: close",
            text: "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 0\r\n\r\n", keepsAlive: false),
        Case(testDescription: "HTTP/1.0", text: "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", keepsAlive: false),
        Case(
            testDescription: "HTTP/1.0 keep-alive",
            text: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"),
        Case(
            testDescription: "something after it",
            text: "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1", rest: 8),
    ]

    @Test(arguments: answers)
    func readsAnswersInPiecesOfAnySize(_ testCase: Case) throws {
        let bytes = Array(testCase.text.utf8)
        for size in 1...bytes.count {
            var parser = ResponseParser(isHead: testCase.isHead)
            var used = 0
            for start in stride(from: 0, to: bytes.count, by: size) where !parser.isComplete {
                let piece = Array(bytes[start..<min(start + size, bytes.count)])
                used += try parser.consume(piece.span)
            }
            #expect(parser.isComplete)
            #expect(parser.status == testCase.status)
            #expect(parser.keepsAlive == testCase.keepsAlive)
            #expect(used == bytes.count - testCase.rest)
        }
    }

    @Test func withoutALengthTheCloseEndsTheBody() throws {
        var parser = ResponseParser()
        _ = try parser.consume(Array("HTTP/1.1 200 OK\r\n\r\nsome text".utf8).span)
        #expect(!parser.isComplete)
        let ended = parser.close()
        #expect(ended)
        #expect(parser.isComplete)
        #expect(!parser.keepsAlive)
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nab"])
    func aCloseBeforeTheEndIsNoAnswer(_ text: String) throws {
        var parser = ResponseParser()
        _ = try parser.consume(Array(text.utf8).span)
        let ended = parser.close()
        #expect(!ended)
        #expect(!parser.isComplete)
    }

    @Test(arguments: [
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n", "HTTP/1.1 20 OK\r\n", "HTTP/1.1 2x0 OK\r\n", "HTTP/1.1\r\n",
        "\r\n",
        "HTTP/1.1 200 OK\r\nno colon\r\n", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: BenchLimit.responseHeaderBytesMax),
    ])
    func refuses(_ text: String) {
        var parser = ResponseParser()
        #expect(throws: ResponseParser.Fault.self) { _ = try parser.consume(Array(text.utf8).span) }
    }
}
