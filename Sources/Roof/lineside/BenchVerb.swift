internal import Core
internal import Files
internal import LoadBench
internal import Process
internal import Synchronization

/// `lineside bench`: load on a URL, with latencies that count from when a request should have been sent.
enum BenchVerb {
    static let verb = Verb(
        name: "bench", summary: "measure an HTTP service under load, open loop, exact percentiles",
        usage: "bench URL [OPTIONS]   or   bench --compare OLD.json NEW.json",
        flags: [
            Flag("rate", "R", "requests a second; without it each connection asks as soon as it is answered"),
            Flag("poisson", "SEED", "spread the requests at random, with this seed"),
            Flag("connections", "N", "keep-alive connections (8)"),
            Flag("duration", "SECONDS", "how long to measure (10)"),
            Flag("warm-up", "SECONDS", "how long to send before measuring (1)"),
            Flag("timeout", "SECONDS", "for one request (30)"),
            Flag("body", "FILE", "what to send; makes the method POST"),
            Flag("method", "METHOD", "GET, or POST with a body"),
            Flag("header", "NAME: VALUE", repeats: true, "a request header; may be repeated"),
            Flag("save", "FILE", "keep the figures for --compare"),
            Flag("compare", "FILE", "the older of two saved runs; the newer one is the word"),
            Flag("quiet", "no progress lines"), Options.output,
        ],
        notes:
            "Response times count from the intended start, so a server that stalls cannot hide it; service times from the actual one.",
        run: run)

    private static func run(_ options: Options) throws -> Int32 {
        do {
            if let old = options.text("compare") {
                return try compare(old, try options.onlyWord("the newer saved run"))
            }
            return try measure(options)
        } catch let error as BenchError {
            if error.code == .invalid || error.code == .unsupported { throw UsageFault(message: "\(error)") }
            throw Fault(error.code == .unreachable ? .unavailable : .invalid, error.message, hint: error.hint)
        }
    }

    private static func compare(_ old: String, _ new: String) throws -> Int32 {
        let reports = try [old, new].map {
            try BenchReport(json: String(decoding: try FileAccess.read($0, limit: 1 << 20), as: UTF8.self))
        }
        Verbs.say("\(BenchComparison(baseline: reports[0], candidate: reports[1]))")
        return ExitCode.ok
    }

    private static func measure(_ options: Options) throws -> Int32 {
        let plan = try plan(options)
        let stop = Stop()
        Signals.block()
        Lane.start("signals") {
            _ = Signals.waitForStop()
            stop.flag.withLock { $0 = true }
        }
        let isQuiet = options.has("quiet")
        let report = try BenchRun(plan).run(
            progress: { progress in if !isQuiet { Log.line("\(progress)") } }, shouldStop: { stop.flag.withLock { $0 } }
        )
        if let path = options.text("save") { try FileAccess.write(Array(report.json.utf8), to: path) }
        Verbs.say(try options.wantsJSON ? report.json : "\(report)")
        return report.counts.failed + report.counts.refused == 0 && report.counts.answered > 0
            ? ExitCode.ok : ExitCode.judgedBad
    }

    private final class Stop: Sendable { let flag = Mutex(false) }

    private static func plan(_ options: Options) throws -> BenchPlan {
        let body = try options.text("body").map { try FileAccess.read($0, limit: 1 << 30) } ?? []
        var headers: [BenchHeader] = []
        for text in options.texts("header") {
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { throw UsageFault(message: "--header \(text) is not NAME: VALUE") }
            headers.append(BenchHeader(parts[0], String(parts[1].drop { $0 == " " })))
        }
        let method = options.text("method") ?? (body.isEmpty ? "GET" : "POST")
        var rate: Double?
        if let text = options.text("rate") {
            guard let value = Double(text) else { throw UsageFault(message: "--rate \(text) is not a number") }
            rate = value
        }
        let seed = try options.int("poisson", in: 0...Int.max).map { ArrivalPattern.poisson(seed: UInt64($0)) }
        return try BenchPlan(
            target: try BenchTarget(parsing: try options.onlyWord("a URL")),
            request: try BenchRequest(method: method, headers: headers, body: body), rate: rate,
            arrivals: seed ?? .constant,
            connections: try options.int("connections", in: 1...10_000) ?? 8,
            duration: .seconds(try options.seconds("duration") ?? 10),
            warmUp: .seconds(try options.seconds("warm-up") ?? 1),
            timeout: .seconds(try options.seconds("timeout") ?? 30))
    }
}
