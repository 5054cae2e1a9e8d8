internal import Core
internal import LineConfig
internal import LineKeeper
internal import Process

/// `lineside line`: a station and its PLC process, kept alive.
enum LineVerb {
    static let verb = Verb(
        name: "line", summary: "run a line: its station and its PLC process, each kept alive",
        usage: "line [--config FILE]",
        flags: [LineFile.flag],
        notes: "What ends is started again within a second. Ctrl-C ends everything, the station first.", run: run)

    private static func run(_ options: Options) throws -> Int32 {
        guard options.words.isEmpty else { throw UsageFault(message: "no such word: \(options.words[0])") }
        _ = try LineFile(options)
        Signals.block()
        ProcessFacts.endWithParent()
        let household = try Household(config: options.text("config") ?? "line.json")
        household.start()
        _ = Signals.waitForStop()
        Log.line("the line stops")
        household.letGo()
        return ExitCode.ok
    }
}

/// The processes of a line, in the order in which they end: nothing is decided any more before nobody tells the PLC.
struct Household: Sendable {
    let station: KeptProcess
    let io: KeptProcess

    init(config: String) throws(Fault) {
        let program = try ProcessFacts.executablePath()
        station = KeptProcess("station", [program, "station", "--config", config])
        io = KeptProcess("io", [program, "io", "--config", config])
    }

    func start() {
        io.start()
        station.start()
    }

    func letGo() {
        station.letGo()
        io.letGo()
    }
}
