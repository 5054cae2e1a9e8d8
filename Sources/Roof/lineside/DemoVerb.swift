internal import Conveyor
internal import Core
internal import Files
internal import Glibc
internal import HTTP
internal import JSON
internal import LineConfig
internal import LineKeeper
internal import Modbus
internal import Process
internal import Station
internal import Synchronization

/// `lineside demo`: a whole line on one machine.
enum DemoVerb {
    private static let camera = "sim://?seed=1"

    static let verb = Verb(
        name: "demo",
        summary: "run a whole line here: simulated camera, station, engine, PLC process, simulated PLC, page",
        usage: "demo [OPTIONS]",
        flags: [
            Flag("seconds", "N", "stop after so long (until Ctrl-C)"), Flag("rate", "N", "parts a second (30)"),
            Flag("model", "PATH", "the release (Samples/surfaces/1)"),
            Flag("port", "N", "of the page (8080; 0 takes a free one)"),
            Flag("camera", "ADDRESS", "simulated camera (\(camera))"),
            Flag("state", "DIR", "keep ledger and frames there (a temporary folder, removed at the end)"),
            Flag("hub", "start a hub too, and let a node that has joined it keep the line"),
            Flag("hub-port", "N", "with --hub: where it listens (8400; 0 for any)"),
            Flag("fault", "KIND@SECONDS[+DURATION]", repeats: true, "something that goes wrong with the PLC"),
            Options.output,
        ],
        notes: "With -o json the tally is printed at the end, for scripts.", run: run)

    private static func run(_ options: Options) throws -> Int32 {
        guard options.words.isEmpty else { throw UsageFault(message: "no such word: \(options.words[0])") }
        let wantsJSON = try options.wantsJSON
        let seconds = try options.seconds("seconds")
        Signals.block()
        let demo = try Demo(options, camera: options.text("camera") ?? camera)
        defer { demo.cleanUp() }
        do { try demo.start() } catch {
            demo.keeper.letGo()
            throw error
        }
        demo.greet()
        let watch = DemoWatch(demo, until: seconds.map { Instant.now.advanced(by: Span64.seconds($0)) })
        watch.start()
        _ = Signals.waitForStop()
        watch.stop()
        let tally = demo.stop()
        Verbs.say(wantsJSON ? demo.json(tally) : ConveyorReport.text(tally))
        return ExitCode.ok
    }
}

/// The demo's household: the processes of a line, and the PLC that is simulated here.
struct Demo: Sendable {
    let conveyor: Conveyor
    let keeper: any DemoKeeper
    let state: String
    let isTemporary: Bool
    let port: Int
    private let plcEnded = Flagpole()

    init(_ options: Options, camera: String) throws {
        let model = options.text("model") ?? SampleRelease.path
        let release = try ReleaseFile(model)
        let server = try ModbusServer(host: "127.0.0.1", port: 0, unit: 1, registers: Conveyor.registers)
        let faults = try options.texts("fault").map { try ConveyorFault(parsing: $0) }
        var settings = try PLCSimVerb.settings(options)
        let order = try SimulatedOrder(camera)
        settings.seed = order.seed
        settings.surfaces = order.settings
        conveyor = Conveyor(settings, server: server, faults: faults) { _ in }
        let wanted = try options.int("port", in: 0...65_535) ?? 8080
        port = wanted == 0 ? try FreePort.find() : wanted
        guard ProcessFacts.portIsFree(port) else {
            throw Fault(.unavailable, "port \(port) is in use", hint: "choose another with --port, or 0 for any")
        }
        isTemporary = options.text("state") == nil
        state = try options.text("state") ?? FileAccess.temporaryFolder("lineside-demo")
        if !isTemporary {
            guard unsafe mkdir(state, 0o755) == 0 || errno == EEXIST else { throw Fault.system("making \(state)") }
        }
        let config = state + "/line.json"
        let text = try Self.configuration(
            camera: camera, model: FileAccess.absolute(release.modelPath), state: FileAccess.absolute(state),
            plc: server.port,
            page: port)
        try FileAccess.write(Array(text.utf8), to: config)
        keeper =
            options.has("hub")
            ? try JoinedLine(
                config, state: FileAccess.absolute(state), hubPort: options.int("hub-port", in: 0...65_535))
            : try Household(config: config)
    }

    private static func configuration(camera: String, model: String, state: String, plc: Int, page: Int) -> String {
        let buffer = ByteBuffer(capacity: 512)
        var json = JSONWriter(buffer)
        json.beginObject()
        for (key, value) in [
            ("station", "demo"), ("camera", camera), ("model", model), ("state", state),
            ("mailbox", state + "/mailbox"),
        ] {
            json.member(key, value)
        }
        json.key("plc" as StaticString)
        json.raw("{\"address\":\"modbus://127.0.0.1:\(plc)?unit=1\"}")
        json.key("page" as StaticString)
        json.raw("{\"port\":\(page)}")
        json.endObject()
        return unsafe String(decoding: buffer.bytes, as: UTF8.self)
    }

    func start() throws {
        try keeper.begin()
        Lane.start("plc") { [self] in
            conveyor.run()
            plcEnded.raise()
        }
    }

    func greet() {
        Log.line("a whole line runs here: simulated camera, station, engine, PLC process, simulated PLC")
        Log.line("watch it at http://127.0.0.1:\(port)/  (Ctrl-C stops everything)")
        for line in keeper.greeting { Log.line(line) }
        if !isTemporary { Log.line("ask it: lineside trace last --state \(state)") }
    }

    /// Ends everything in order, the belt first.
    func stop() -> ConveyorTally {
        conveyor.stop()
        plcEnded.wait()
        keeper.letGo()
        return conveyor.tally
    }

    func cleanUp() { if isTemporary { FileAccess.remove(state) } }

    func json(_ tally: ConveyorTally) -> String {
        let buffer = ByteBuffer(capacity: 512)
        var json = JSONWriter(buffer)
        json.beginObject()
        json.key("tally" as StaticString)
        ConveyorReport.write(tally, &json)
        json.key("restarts" as StaticString)
        json.beginObject()
        for (name, count) in keeper.restarts { json.member(name, count) }
        json.endObject()
        json.endObject()
        return unsafe String(decoding: buffer.bytes, as: UTF8.self)
    }
}

/// One line that says how the line is doing: rewritten on a terminal, now and then elsewhere.
final class DemoWatch: Sendable {
    private static let turn = 200 * Span64.millisecond
    private static let quietTurns = 50

    private let demo: Demo
    private let end: Instant?
    private let stopping = Atomic<Bool>(false)
    private let isTerminal = isatty(STDERR_FILENO) == 1

    init(_ demo: Demo, until end: Instant?) {
        self.demo = demo
        self.end = end
    }

    func start() {
        Lane.start("watch") { [self] in
            var turns = 0
            while !stopping.load(ordering: .acquiring) {
                Pause.nanoseconds(Self.turn)
                turns += 1
                if let end, Instant.now >= end {
                    kill(getpid(), SIGTERM)
                    return
                }
                if isTerminal || turns % Self.quietTurns == 0 { say() }
            }
        }
    }

    func stop() {
        stopping.store(true, ordering: .releasing)
        if isTerminal { write("\r\u{1b}[K") }
    }

    private func say() {
        let tally = demo.conveyor.tally
        let restarts = demo.keeper.restarts.reduce(0) { $0 + $1.count }
        let text =
            "parts \(tally.parts)  pass \(tally.passes)  reject \(tally.rejects)  review \(tally.reviews)  fail-safe \(tally.failSafes)  undecided \(tally.undecided)  escapes \(tally.escapes)  restarts \(restarts)"
        write(isTerminal ? "\r\u{1b}[K\(text)" : "lineside: \(text)\n")
    }

    private func write(_ text: String) {
        var text = text
        text.withUTF8 { _ = unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
