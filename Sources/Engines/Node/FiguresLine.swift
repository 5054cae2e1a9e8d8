package import AWSSignature
internal import Components
package import Core
internal import JSON
internal import Process
internal import Spool
internal import WebClient

/// Sends a node's figures to CloudWatch, a hub's or AWS's. While nobody answers they wait, a day of them at most; nothing at the
/// line waits for it.
///
/// Concurrency: one thread.
package final class FiguresLine: Sendable {
    /// Asked before every attempt: keys that are lent run out.
    package typealias Signing = @Sendable () throws(Fault) -> AWSCredentials

    private static let mediaType = "application/x-amz-json-1.0"
    private static let target = "GraniteServiceVersion20100801.PutMetricData"
    private static let dayMilliseconds: Int64 = 86_400_000
    private static let answerWithin = 20_000
    private static let answerBytesMax = 1 << 18
    private static let bytesMax = 16 << 20

    private let house: NodeHouse
    private let endpoint: AWSEndpoint
    private let every: UInt64
    private let credentials: Signing
    private let cancellation = WebCancellation()
    private let rounds = Rounds()

    private struct Batch: Sendable {
        let wall: Int64
        let body: [UInt8]
    }

    /// What one round leaves to the next.
    private struct Memory: Sendable {
        var figures: Figures
        var waiting: [Batch] = []
        var isQuiet = false
        var next = Instant.now
    }

    package init(
        _ house: NodeHouse, endpoint: String, every: UInt64, credentials: @escaping Signing
    ) throws(Fault) {
        self.house = house
        self.endpoint = try AWSEndpoint(parsing: endpoint)
        self.every = every
        self.credentials = credentials
    }

    package func start() {
        rounds.start("figures", Memory(figures: Figures(thing: house.plan.thingName))) { [self] memory in
            tell(&memory)
            memory.next = max(memory.next.advanced(by: every), .now)
            return .rest(memory.next.since(.now))
        }
    }

    package func stop() { rounds.stop { cancellation.cancel() } }

    private func tell(_ memory: inout Memory) {
        memory.waiting.append(batch(&memory.figures))
        Self.trim(&memory.waiting)
        do throws(Fault) {
            try send(&memory.waiting)
            memory.isQuiet = false
        } catch {
            // Once is enough for the log.
            if !memory.isQuiet { Log.line("figures wait: \(error.message)") }
            memory.isQuiet = true
        }
    }

    private func batch(_ figures: inout Figures) -> Batch {
        let wall = Int64(WallClock.milliseconds)
        let spool = try? house.spool.state
        let data = figures.data(
            house.board.now.stations, components: house.house.rows.map(\.state.rawValue),
            waiting: spool?.events ?? 0, dropped: spool?.dropped.events ?? 0, bytes: ProcessFacts.ownResidentBytes,
            at: wall)
        let body: Datum = ["Namespace": .text(Figures.namespace), "MetricData": .list(data)]
        return Batch(wall: wall, body: body.json)
    }

    /// The oldest go first.
    private static func trim(_ waiting: inout [Batch]) {
        let limit = Int64(WallClock.milliseconds) - dayMilliseconds
        waiting.removeAll { $0.wall < limit }
        var bytes = waiting.reduce(0) { $0 + $1.body.count }
        while bytes > bytesMax, !waiting.isEmpty { bytes -= waiting.removeFirst().body.count }
    }

    private func send(_ waiting: inout [Batch]) throws(Fault) {
        let client = try WebClient()
        while let batch = waiting.first, !rounds.isStopping {
            let signer = AWSSigner(
                try credentials(), region: house.plan.configuration.region, service: "monitoring")
            let signed = endpoint.fields(
                calling: Self.target, Self.mediaType, batch.body, signer: signer,
                at: SigningTime(milliseconds: Int64(WallClock.milliseconds)))
            let fields = WebFields(signed.map { ($0.name, $0.value) })
            let request = WebRequest(
                "POST", endpoint.address, fields: fields, body: batch.body, wholeMilliseconds: Self.answerWithin)
            let answer = try client.send(
                request, bodyBytesMax: Self.answerBytesMax, cancellation: cancellation)
            // What is refused as it stands will be refused again: the others go on.
            guard answer.isSuccess || (answer.status == 400 && Self.isJudged(answer.body)) else {
                throw Fault(.unavailable, "the endpoint answered \(answer.status)")
            }
            waiting.removeFirst()
        }
    }

    /// The figures themselves were found wanting, and not who sent them.
    private static func isJudged(_ body: [UInt8]) -> Bool {
        let type = (try? Datum(json: body))?["__type"]?.text ?? ""
        return ["InvalidParameter", "MissingParameter", "MissingRequiredParameter"].contains { type.contains($0) }
    }
}
