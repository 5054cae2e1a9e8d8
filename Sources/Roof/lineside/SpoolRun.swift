internal import AWSSignature
internal import Core
internal import HTTP
internal import JSON
internal import Process
internal import Spool
internal import WebClient

/// The verbs of `lineside spool` that write to it.
struct SpoolRun {
    private let options: Options
    private let folder: String
    private let settings: SpoolSettings

    init(_ options: Options) throws {
        self.options = options
        folder = SpoolVerb.folder(options)
        settings = try SpoolVerb.settings(options)
    }

    private var key: AWSCredentials {
        get throws(ConfigurationFault) {
            guard let id = Environment["AWS_ACCESS_KEY_ID"], let secret = Environment["AWS_SECRET_ACCESS_KEY"] else {
                throw ConfigurationFault(message: "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say who signs: set both")
            }
            return AWSCredentials(keyID: id, secret: secret, sessionToken: Environment["AWS_SESSION_TOKEN"])
        }
    }

    private func uplink() throws -> SpoolUplink? {
        guard let endpoint = options.text("endpoint") else { return nil }
        let key = try key
        let region = options.text("region") ?? Environment["AWS_REGION"] ?? "us-east-1"
        var uplink = try SpoolUplink(endpoint: endpoint, region: region) { () throws(Fault) in key }
        uplink.web.authorityFile = options.text("ca")
        return uplink
    }

    /// Sends until nothing waits, or the time is over.
    func drain() throws -> Int32 {
        guard let uplink = try uplink() else { throw UsageFault(message: "`spool drain` needs --endpoint") }
        let end = Instant.now.advanced(by: Span64.seconds(try options.seconds("within") ?? 60))
        let spool = try Spool(folder, settings: settings, uplink: uplink)
        while try spool.state.events > 0, Instant.now < end { Pause.nanoseconds(20 * Span64.millisecond) }
        let state = try spool.state
        spool.close()
        Verbs.say(try options.wantsJSON ? String(decoding: state.datum.json, as: UTF8.self) : SpoolTable.text(state))
        if let trouble = state.uplinkTrouble { Log.line("the endpoint: \(trouble)") }
        return state.events == 0 ? ExitCode.ok : ExitCode.unavailable
    }

    /// A spool of its own, for components without a node: they put events here, and it sends them on.
    func serve() throws -> Int32 {
        Signals.block()
        let key = try key
        let spool = try Spool(folder, settings: settings, uplink: try uplink())
        let door = EventsDoor(spool, settings: settings) { $0 == key.keyID ? key : nil }
        var plan = ServerPlan(router: Router([door.route]), workers: WorkerPool("worker", threads: 1))
        plan.port = try options.int("port", in: 0...65_535) ?? 8401
        let server = try Server(plan, reactors: 1)
        server.start()
        let address = "http://127.0.0.1:\(server.port)"
        let greeting: Datum = ["url": .text(address)]
        Verbs.say(
            try options.wantsJSON ? String(decoding: greeting.json, as: UTF8.self) : "events are taken at \(address)")
        _ = Signals.waitForStop()
        server.drain(until: Instant.now.advanced(by: 2 * Span64.second))
        spool.close()
        return ExitCode.ok
    }

    /// Made-up events, each told by its id once it is on the disk.
    func fill() throws -> Int32 {
        guard let count = try options.int("events", in: 1...10_000_000) else {
            throw UsageFault(message: "`spool fill` needs --events")
        }
        let spool = try Spool(folder, settings: settings)
        for number in 0..<count {
            let event = try MadeUpEvent.at(number)
            let id = event.id
            while spool.waiting > settings.waitingEventsMax / 2 {
                Pause.nanoseconds(Span64.millisecond)
            }
            spool.post(event) { isKept in if isKept { Verbs.say(id) } }
        }
        spool.close()
        return ExitCode.ok
    }
}

/// One event in a hundred is an alarm, nine are findings.
private enum MadeUpEvent {
    static func at(_ number: Int) throws(Fault) -> SpoolEvent {
        let rank: SpoolRank = number % 100 == 0 ? .alarm : number % 10 == 0 ? .finding : .telemetry
        let type =
            switch rank {
            case .alarm: "Lineside Escape"
            case .finding: "Lineside Reject"
            case .telemetry: "Lineside Pass"
            }
        let detail = DatumMap([("part", .whole(number)), ("note", .text(String(repeating: "x", count: number % 700)))])
        return try SpoolEvent(
            source: "lineside.drill", detailType: type, detail: detail, rank: rank, wall: Int64(WallClock.milliseconds))
    }
}
