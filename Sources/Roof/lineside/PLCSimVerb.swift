internal import Conveyor
internal import Core
internal import Glibc
internal import JSON
internal import Modbus
internal import Process
internal import Station
internal import Synchronization

/// `lineside plc-sim`: a conveyor and its PLC, for people who have neither.
enum PLCSimVerb {
    static let verb = Verb(
        name: "plc-sim",
        summary: "simulate a conveyor and its PLC: triggers, reject gate, watchdog, and a count of the truth",
        usage: "plc-sim [OPTIONS]",
        flags: [
            Flag("port", "N", "Modbus/TCP port (5020; 0 takes a free one)"),
            Flag("host", "ADDRESS", "to listen on (127.0.0.1)"),
            Flag("unit", "N", "unit id (1)"), Flag("rate", "N", "parts a second (30)"),
            Flag("parts", "N", "stop after so many parts"), Flag("seconds", "N", "stop after so long"),
            Flag("scan-ms", "N", "the PLC's scan (5)"), Flag("window-ms", "N", "from trigger to gate (150)"),
            Flag("first-part", "N", "id of the first part (1)"),
            Flag("camera", "ADDRESS", "the simulated camera, for the truth (sim://)"),
            Flag("fault", "KIND@SECONDS[+DURATION]", repeats: true, "something that goes wrong, such as halt@10+2"),
            Flag("log", "write a line of JSON for each part"), Options.output,
        ],
        notes: """
            Faults: \(ConveyorFault.Kind.allCases.map(\.rawValue).joined(separator: ", ")).
            The tally is printed at the end: escapes are defective parts that the model itself passed; undecided ones were rejected here,
            because no result came in time.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        guard options.words.isEmpty else { throw UsageFault(message: "no such word: \(options.words[0])") }
        let wantsJSON = try options.wantsJSON
        let settings = try settings(options)
        let faults = try options.texts("fault").map { try ConveyorFault(parsing: $0) }
        Signals.block()
        let server = try ModbusServer(
            host: options.text("host") ?? "127.0.0.1", port: try options.int("port", in: 0...65_535) ?? 5020,
            unit: try options.int("unit", in: 0...255) ?? 1, registers: Conveyor.registers)
        Log.line("the simulated PLC listens on modbus://\(options.text("host") ?? "127.0.0.1"):\(server.port)")
        let logs = options.has("log")
        let conveyor = Conveyor(settings, server: server, faults: faults) { record in
            if logs { Verbs.say(ConveyorReport.line(record)) }
        }
        let done = Flagpole()
        Lane.start("plc") {
            conveyor.run()
            done.raise()
            kill(getpid(), SIGTERM)
        }
        if let seconds = try options.seconds("seconds") {
            Lane.start("stopwatch") {
                Pause.nanoseconds(Span64.seconds(seconds))
                conveyor.stop()
            }
        }
        _ = Signals.waitForStop()
        conveyor.stop()
        done.wait()
        Verbs.say(wantsJSON ? ConveyorReport.json(conveyor.tally) : ConveyorReport.text(conveyor.tally))
        return ExitCode.ok
    }

    static func settings(_ options: Options) throws -> ConveyorSettings {
        var settings = ConveyorSettings()
        if let rate = options.text("rate") {
            guard let number = Double(rate), number > 0, number <= 200 else {
                throw UsageFault(message: "--rate \(rate) is not a number of parts a second above 0, at most 200")
            }
            settings.partsPerSecond = number
        }
        if let scan = try options.int("scan-ms", in: 1...1000) { settings.scan = UInt64(scan) * Span64.millisecond }
        if let window = try options.int("window-ms", in: 5...60_000) {
            settings.window = UInt64(window) * Span64.millisecond
        }
        if let first = try options.int("first-part", in: 0...Int(UInt32.max)) { settings.firstPart = UInt32(first) }
        settings.parts = try options.int("parts", in: 1...Int.max).map { UInt64($0) }
        let camera = try SimulatedOrder(options.text("camera") ?? "sim://")
        settings.seed = camera.seed
        settings.surfaces = camera.settings
        return settings
    }
}

/// What a conveyor says at its end, and of each part.
enum ConveyorReport {
    private static func rows(_ tally: ConveyorTally) -> [(String, String, UInt64)] {
        [
            ("parts", "parts", tally.parts), ("defective", "defective in truth", tally.defective),
            ("right", "judged right", tally.right), ("escapes", "escapes (the model's)", tally.escapes),
            ("false_rejects", "false rejects (the model's)", tally.falseRejects),
            ("reviews", "sent to review", tally.reviews),
            ("fail_safes", "fail-safe", tally.failSafes), ("undecided", "undecided", tally.undecided),
            ("late", "late results", tally.late), ("garbled", "garbled reads", tally.garbled),
            ("passes", "passed", tally.passes), ("rejects", "rejected", tally.rejects),
            ("heartbeat_losses", "heartbeat losses", tally.heartbeatLosses),
            ("heartbeat_gap_max_us", "longest heartbeat gap, us", tally.heartbeatGapMax / 1000),
        ]
    }

    static func text(_ tally: ConveyorTally) -> String {
        rows(tally).map { row in
            row.1 + String(repeating: " ", count: 30 - row.1.count) + "\(row.2)"
        }.joined(separator: "\n")
    }

    static func json(_ tally: ConveyorTally) -> String {
        let buffer = ByteBuffer(capacity: 512)
        var json = JSONWriter(buffer)
        write(tally, &json)
        return unsafe String(decoding: buffer.bytes, as: UTF8.self)
    }

    static func write(_ tally: ConveyorTally, _ json: inout JSONWriter) {
        json.beginObject()
        for (key, _, value) in rows(tally) {
            json.member(key, value)
        }
        json.endObject()
    }

    static func line(_ record: ConveyorRecord) -> String {
        let buffer = ByteBuffer(capacity: 256)
        var json = JSONWriter(buffer)
        json.beginObject()
        json.member("part", UInt64(record.part))
        json.member("sequence", Int(record.sequence))
        json.member("defective", record.isDefective)
        json.member("gate", record.gate.name)
        json.member("verdict", record.result?.verdict.name)
        json.member("reason", record.result?.reason.name)
        json.member("ms", Double(record.nanoseconds / 1000) / 1000)
        json.endObject()
        return unsafe String(decoding: buffer.bytes, as: UTF8.self)
    }
}
