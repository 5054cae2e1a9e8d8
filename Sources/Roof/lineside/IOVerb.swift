internal import ControlLoop
internal import Core
internal import Glibc
internal import JSON
internal import LineConfig
internal import LineMap
internal import Mailbox
internal import Modbus
internal import Process

/// `lineside io`: one PLC, and the loop that keeps talking to it whatever becomes of everything else.
enum IOVerb {
    static let verb = Verb(
        name: "io", summary: "keep one PLC informed: a fixed-period loop that fails safe by itself",
        usage: "io [--config FILE] | io map [--csv]",
        flags: [
            LineFile.flag, Flag("cycles", "N", "end after so many cycles"),
            Flag("csv", "with `map`: one register a line"),
            Flag("request-base", "N", "with `map`: first register that the PLC writes (0)"),
            Flag("result-base", "N", "with `map`: first register that the node writes (100)"), Options.output,
        ],
        notes: """
            With -o json the counts and the loop's punctuality are printed at its end. The register map is in docs/spec/line.md;
            `lineside io map --csv` prints it for a PLC's project.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        if options.words.first == "map" { return try map(options) }
        guard options.words.isEmpty else {
            throw UsageFault(message: "no such word: \(options.words[0]); there is `map`")
        }
        let wantsJSON = try options.wantsJSON
        let cycles = try options.int("cycles", in: 1...Int.max).map { UInt64($0) } ?? .max
        ProcessFacts.endWithParent()
        let file = try LineFile(options)
        Signals.block()
        let mailbox = try Mailbox(path: file.mailboxPath, for: .io)
        let loop = ControlLoop(
            file.controlSettings, mailbox: mailbox, bus: try bus(file.configuration.plc))
        let watch = MailboxWatch(mailbox, at: file.mailboxPath)
        start(loop, file.configuration.plc, cycles)
        let signal = Signals.waitForStop()
        loop.stop()
        if signal != SIGUSR1 { Log.line("the PLC loop stops") }
        Pause.nanoseconds(2 * file.configuration.plc.period)
        if wantsJSON { Verbs.say(json(loop)) }
        return watch.exitCode
    }

    private static func start(_ loop: ControlLoop, _ plc: LineConfiguration.PLC, _ cycles: UInt64) {
        let priority = plc.priority
        let processor = plc.processor
        Lane.start("plc-loop") {
            for warning in RealTime.claim(priority: priority, processor: processor) { Log.line(warning) }
            loop.run(cycles: cycles)
            // The last cycle has come: the process ends as if it had been asked to.
            kill(getpid(), SIGTERM)
        }
    }

    private static func bus(_ plc: LineConfiguration.PLC) throws -> PLCBus {
        let address = try ModbusAddress(parsing: plc.address)
        switch plc.role {
        case .client:
            let client = try ModbusClient(address, replyWithin: plc.replyWithin)
            return PLCBus(asking: client, requestBase: plc.requestBase, resultBase: plc.resultBase)
        case .server:
            let server = try ModbusServer(
                host: address.host, port: address.port, unit: address.unit,
                registers: max(plc.requestBase, plc.resultBase) + 16)
            return PLCBus(answering: server, requestBase: plc.requestBase, resultBase: plc.resultBase)
        }
    }

    private static func map(_ options: Options) throws -> Int32 {
        let request = try options.int("request-base", in: 0...65_000) ?? 0
        let result = try options.int("result-base", in: 0...65_000) ?? 100
        if options.has("csv") {
            let text = MapTable.csv(requestBase: request, resultBase: result)
            Verbs.say(String(text.dropLast()))
        } else {
            for row in MapTable.rows {
                let base = row.block == "plc_to_node" ? request : result
                Verbs.say("\(row.block)  \(base + row.offset)  \(row.name): \(row.meaning)")
            }
        }
        return ExitCode.ok
    }

    private static func json(_ loop: ControlLoop) -> String {
        let counts = loop.counts
        let buffer = ByteBuffer(capacity: 1024)
        var json = JSONWriter(buffer)
        json.beginObject()
        for (key, value) in [
            ("cycles", counts.cycles), ("triggers", counts.triggers), ("missed_triggers", counts.missedTriggers),
            ("passes", counts.passes), ("rejects", counts.rejects), ("reviews", counts.reviews),
            ("fail_safes", counts.failSafes), ("acknowledged", counts.acknowledged), ("missed", counts.missed),
            ("refused", counts.refused), ("unasked", counts.unasked), ("torn", counts.torn),
            ("letters_lost", counts.lettersLost), ("bus_errors", counts.busErrors), ("plc_losses", counts.plcLosses),
            ("station_losses", counts.stationLosses),
        ] {
            json.member(key, value)
        }
        for (key, record) in [("late_us", loop.lateness), ("cycle_us", loop.duration)] {
            json.key(key)
            json.beginObject()
            for (name, share) in [("p50", 0.5), ("p99", 0.99), ("p999", 0.999), ("p9999", 0.9999)] {
                json.member(name, Double(record.quantile(share)) / 1000)
            }
            json.member("max", Double(record.maximum) / 1000)
            json.endObject()
        }
        json.endObject()
        return unsafe String(decoding: buffer.bytes, as: UTF8.self)
    }
}
