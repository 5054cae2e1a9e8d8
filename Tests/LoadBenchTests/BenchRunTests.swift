import LoadBench
import Synchronization
import Testing

/// The load tester against a real server on loopback. No test depends on how fast the machine is: they count, or
/// compare two figures of the same run.
@Suite(.serialized) struct BenchRunTests {
    typealias Reply = StubServer.Reply

    private func run(
        _ server: StubServer, request: BenchRequest? = nil, rate: Double? = 200, connections: Int = 2,
        duration: Duration = .milliseconds(250), warmUp: Duration = .zero, timeout: Duration = .seconds(10)
    ) throws -> BenchReport {
        let plan = try BenchPlan.sample(
            url: server.url, request: request, rate: rate, connections: connections, duration: duration,
            warmUp: warmUp, timeout: timeout)
        return try server.serve { try BenchRun(plan).run() }
    }

    @Test func everyArrivalIsAccountedFor() throws {
        let counts = try run(StubServer(), rate: 200).counts
        #expect(counts.sent + counts.unsent == 50)
        #expect(counts.statuses == [200: counts.sent])
        #expect(counts.failures.isEmpty)
    }

    @Test func aClosedLoopKeepsEveryConnectionBusy() throws {
        let report = try run(StubServer { _ in Reply(delay: .milliseconds(5)) }, rate: nil, connections: 4)
        #expect(report.counts.sent == report.counts.answered)
        #expect(report.counts.sent >= 4)
        #expect(report.counts.lateStarts == 0)
        #expect(report.response == report.service)
        #expect(report.service.p50 >= .milliseconds(5))
    }

    @Test func aServerSlowerThanTheRateCannotHideIt() throws {
        // One connection and 20 ms an answer: at most 50 a second, where 200 are asked for.
        let server = StubServer { _ in Reply(delay: .milliseconds(20)) }
        let report = try run(server, rate: 200, connections: 1, duration: .seconds(1))
        #expect(report.service.p50 >= .milliseconds(20))
        #expect(report.response.p50 > 4 * report.service.p50)
        #expect(report.counts.unsent > 100)
        #expect(report.counts.lateStarts > report.counts.sent / 2)
        #expect(report.achievedRate <= 51)
    }

    @Test func oneStallIsFeltByAllWhoWaitedThroughIt() throws {
        let server = StubServer { Reply(delay: $0.number == 10 ? .milliseconds(500) : .zero) }
        let report = try run(server, rate: 100, connections: 1, duration: .seconds(1))
        // The server was slow once; half of those who came on schedule paid for it.
        #expect(report.service.p90 < .milliseconds(250))
        #expect(report.service.max >= .milliseconds(500))
        #expect(report.response.p90 >= .milliseconds(250))
        #expect(report.counts.lateStarts >= 25)
    }

    @Test func theWarmUpIsSentAndNotMeasured() throws {
        let seen = Mutex(0)
        let server = StubServer { _ in
            seen.withLock { $0 += 1 }
            return Reply()
        }
        let counts = try run(server, rate: 100, duration: .milliseconds(200), warmUp: .milliseconds(200)).counts
        #expect(counts.sent + counts.unsent == 20)
        #expect(seen.withLock { $0 } > counts.sent)
    }

    @Test func aServerThatNeverAnswersTimesOut() throws {
        let server = StubServer { _ in Reply(delay: .seconds(3)) }
        let report = try run(server, rate: 20, timeout: .milliseconds(50))
        #expect(report.counts.failures == [.timeout: report.counts.sent])
        #expect(report.response.count == report.counts.sent)
        #expect(report.service.p50 >= .milliseconds(50))
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
    ])
    func keepsAConnectionThrough(_ text: String) throws {
        let counts = try run(StubServer { _ in Reply(text: text) }).counts
        #expect(counts.answered == counts.sent)
        #expect(counts.refused == 0)
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx", "HTTP/1.1 200 OK\r\n\r\nto the end",
        "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx",
    ])
    func connectsAgainAfter(_ text: String) throws {
        let counts = try run(StubServer { _ in Reply(text: text, closes: true) }).counts
        #expect(counts.statuses == [200: counts.sent])
        #expect(counts.sent > 2)
    }

    @Test(
        arguments: [
            (text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", failure: .closed),
            (text: "", failure: .closed),
            (text: "SSH-2.0-OpenSSH\r\n", failure: .malformed),
        ] as [(text: String, failure: BenchFailure)])
    func countsFailures(_ row: (text: String, failure: BenchFailure)) throws {
        let counts = try run(StubServer { _ in Reply(text: row.text, closes: true) }).counts
        #expect(counts.failures == [row.failure: counts.sent])
        #expect(counts.answered == 0)
    }

    @Test func aServerThatGoesAwayIsCountedAndSurvived() throws {
        let server = StubServer { _ in Reply(closes: true) }
        let plan = try BenchPlan.sample(url: server.url, rate: 100, duration: .seconds(1))
        var asked = 0
        let report = try server.serve {
            try BenchRun(plan).run(shouldStop: {
                asked += 1
                if asked == 20 { server.stopListening() }
                return false
            })
        }
        #expect(report.counts.failures[.connect, default: 0] > 0)
        #expect(report.counts.answered > 0)
        #expect(!report.stoppedEarly)
    }

    @Test func theWholeBodyArrives() throws {
        let body = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let server = StubServer { request in
            let isWhole = request.body == body && request.head.contains("X-Part: 7\r\n")
            return isWhole ? Reply() : Reply(text: "HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n")
        }
        let request = try BenchRequest(headers: [BenchHeader("X-Part", "7")], body: body)
        let counts = try run(server, request: request, rate: 20).counts
        #expect(counts.statuses == [200: counts.sent])
    }

    @Test func anAnswerBeforeTheBodyIsSentIsAnAnswer() throws {
        let server = StubServer { _ in Reply(text: "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n") }
        let request = try BenchRequest(
            headers: [BenchHeader("Expect-Early", "1")], body: [UInt8](repeating: 1, count: 8 << 20))
        let counts = try run(server, request: request, rate: 20).counts
        #expect(counts.statuses == [413: counts.sent])
    }

    @Test func headHasNoBodyToWaitFor() throws {
        let server = StubServer { _ in Reply(text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") }
        let counts = try run(server, request: BenchRequest(method: "HEAD")).counts
        #expect(counts.answered == counts.sent)
    }

    @Test func stopsWhenToldAndReportsWhatItHas() throws {
        let server = StubServer { _ in Reply(delay: .milliseconds(1)) }
        let plan = try BenchPlan.sample(url: server.url, rate: nil, duration: .seconds(3_600))
        var asked = 0
        let report = try server.serve {
            try BenchRun(plan).run(shouldStop: {
                asked += 1
                return asked > 10
            })
        }
        #expect(report.stoppedEarly)
        #expect(report.counts.answered > 0)
        #expect(report.counts.sent == report.counts.answered + report.counts.unfinished)
        #expect(report.measured < .milliseconds(600_000))
    }

    @Test func tellsOfItsProgress() throws {
        let server = StubServer()
        let plan = try BenchPlan.sample(url: server.url, rate: 50, duration: .milliseconds(1_200))
        var seen: [BenchProgress] = []
        let report = try server.serve { try BenchRun(plan).run(progress: { seen.append($0) }) }
        let first = try #require(seen.first)
        #expect(first.elapsed >= .milliseconds(1_000))
        #expect(first.counts.answered > 0)
        #expect(first.counts.answered <= report.counts.answered)
    }

    @Test(arguments: ["http://127.0.0.1:1/", "http://name.invalid/"])
    func aServerThatIsNotThereIsSaidToBeMissing(_ url: String) throws {
        let plan = try BenchPlan.sample(url: url)
        let error = #expect(throws: BenchError.self) { try BenchRun(plan).run() }
        #expect(error?.code == .unreachable)
    }
}
