internal import CameraHost
internal import Cameras
internal import Core
internal import EngineKeeping
internal import Files
internal import FrameRing
internal import Glibc
internal import HTTP
internal import Images
internal import LineConfig
internal import Link
internal import Mailbox
internal import ONNX
internal import PartLedger
internal import Process
internal import ReleaseWatch
internal import Station

/// `lineside station`: one camera position.
enum StationVerb {
    static let verb = Verb(
        name: "station", summary: "run one camera position: frames, model, verdicts, ledger and page",
        usage: "station [--config FILE] | station budget --ppm N --distance MM [OPTIONS] | station check MODEL",
        flags: [
            LineFile.flag, Flag("ppm", "N", "with `budget`: parts a minute (100)"),
            Flag("distance", "MM", "with `budget`: from the camera to the gate (400mm)"),
            Flag("speed", "M/S", "with `budget`: of the belt (0.5)"),
            Flag("pitch", "MM", "with `budget`: between two parts, instead of --speed"),
            Flag("actuator", "MS", "with `budget`: what the gate takes (30ms)"),
            Flag("plc-scan", "MS", "with `budget`: what the PLC takes (10ms)"),
            Flag("margin", "SHARE", "with `budget`: kept for the unforeseen (20%)"), Options.output,
        ],
        notes: """
            `check` reads a release as a station would, and ends with 78 when it could not judge with it.
            Cameras: \(FrameSources.schemes)
            The configuration, the page and the register map are described in docs/spec/line.md.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        if options.words.first == "budget" { return try BudgetReport.run(options) }
        if options.words.first == "check" { return try check(options) }
        guard options.words.isEmpty else {
            throw UsageFault(message: "no such word: \(options.words[0]); there are `budget` and `check`")
        }
        ProcessFacts.endWithParent()
        let file = try LineFile(options)
        Signals.block()
        ProcessFacts.raiseFileLimit()
        let house = try StationHouse(file)
        house.open()
        let watch = MailboxWatch(house.mailbox, at: file.mailboxPath)
        _ = Signals.waitForStop()
        Log.line("the station stops")
        house.close()
        return watch.exitCode
    }

    /// Whether a station could judge with this release; no engine is started for it.
    private static func check(_ options: Options) throws -> Int32 {
        guard options.words.count == 2 else {
            throw UsageFault(message: "say which release: `station check MODEL`, an ONNX file or a folder")
        }
        let release = try ReleaseFile(options.words[1])
        Verbs.say("\(release.name) version \(release.version): a station can judge with it")
        return ExitCode.ok
    }
}

/// The rooms of a station, introduced to each other.
private struct StationHouse {
    private static let drainNanoseconds = Span64.second
    private static let ringCells = 6

    let configuration: LineConfiguration
    let clerk: Clerk
    let judge: Judge
    let door: StationDoor
    let server: Server
    let camera: CameraHelper?
    let memory: ReleaseMemory
    let orders: StandingOrderBook
    let mailbox: Mailbox
    let ended = Flagpole()

    init(_ file: LineFile) throws {
        configuration = file.configuration
        let release = try ReleaseFile(configuration.model)
        // One for the decision thread, one for what is judged beside the line.
        let bells = try Bells(count: 2)
        let side = SideJudge()
        let watch: WatchSettings
        do throws(Fault) { watch = try WatchSettings(configuration.watch) } catch {
            throw Fault(.invalid, "\(file.path): \(error.message)", hint: error.hint)
        }
        var session = SessionSettings()
        session.threads = configuration.threads
        let launcher = try StationEngines.launcher(
            for: release, session, bells, priority: max(0, configuration.priority - 1))
        let (plan, routed) = try Self.routes(configuration, release, session, bells, side)
        mailbox = try Mailbox(path: file.mailboxPath, for: .station)
        clerk = try Self.clerk(configuration, session)
        let board = StationBoard(
            station: configuration.station, plcAddress: configuration.plc.address,
            budget: StationBudget(windowMilliseconds: Double(configuration.decideWithin) / 1e6))
        let source: any FrameSource
        let post: FramePost? =
            configuration.camera == PushSource.address ? FramePost(Self.timing(configuration)) : nil
        (source, camera) = try Self.source(configuration, release, post)
        let seats = SeatRow(
            EngineSeat(release, launcher: launcher, side: side), routed: routed, plan: plan,
            edition: mailbox.station.modelCode &+ 1)
        memory = try ReleaseMemory(configuration.state + "/releases.json", settings: watch)
        orders = Self.orders(configuration)
        let desk = ReleaseDesk(
            release, seats: seats, memory: memory, settings: watch, side: side, clerk: clerk, orders: orders)
        judge = Judge(
            file.stationSettings, mailbox: mailbox, seats: seats, source: source, bells: bells, clerk: clerk,
            board: board, desk: desk, orders: orders)
        let model = configuration.model
        door = StationDoor(
            board: board, clerk: clerk, judge: judge, memory: memory, orders: orders, version: Verbs.version,
            pushed: post
        ) {
            path in
            try ReleaseFile(path ?? model)
        }
        var doorPlan = ServerPlan(router: Router(door.routes), workers: WorkerPool("worker", threads: 1))
        doorPlan.host = configuration.page.host
        doorPlan.port = configuration.page.port
        doorPlan.token = try TokenFile.read(configuration.page.tokenFile)
        server = try Server(doorPlan, reactors: 1)
    }

    private static func routes(
        _ configuration: LineConfiguration, _ usual: ReleaseFile, _ session: SessionSettings, _ bells: Bells,
        _ side: SideJudge
    ) throws -> (RoutePlan, [EngineSeat]) {
        let rules = configuration.routes.map { RouteRule($0) }
        let plan = try RoutePlan(rules, camera: configuration.camera)
        var seats: [EngineSeat] = []
        for (route, rule) in zip(configuration.routes, rules) where rule.isFor(camera: configuration.camera) {
            let release = try ReleaseFile(route.model)
            guard release.preprocessing.channels == usual.preprocessing.channels else {
                throw Fault(
                    .invalid,
                    "route '\(route.name)' has a model of \(release.preprocessing.channels) channels, and the default one has \(usual.preprocessing.channels)",
                    hint: "a station decodes its frames in one way; use models of equal channels")
            }
            seats.append(
                EngineSeat(
                    release,
                    launcher: try StationEngines.launcher(
                        for: release, session, bells, priority: max(0, configuration.priority - 1)), side: side))
        }
        return (plan, seats)
    }

    private static func clerk(_ configuration: LineConfiguration, _ session: SessionSettings) throws -> Clerk {
        let folder = StateFolder(configuration.state)
        var frames = FrameSettings()
        frames.bytesMax = configuration.frames.bytesMax
        frames.freeBytesMin = configuration.frames.freeBytesMin
        frames.passSample = configuration.frames.passSample
        let keeper = try FrameKeeper(folder, settings: frames)
        let ledger = try LedgerWriter(folder) { keeper.makeRoom($0) }
        return Clerk(
            station: configuration.station, ledger: ledger, keeper: keeper,
            facts: MachineFacts.facts(threads: session.threads))
    }

    /// How long frames are under way, as far as the configuration tells.
    private static func timing(_ configuration: LineConfiguration) -> FrameTiming {
        var timing = FrameTiming()
        timing.within = configuration.frameWithin
        timing.after = configuration.frameAfter ?? timing.after
        timing.late = configuration.frameLate
        return timing
    }

    private static func source(
        _ configuration: LineConfiguration, _ release: ReleaseFile, _ post: FramePost?
    ) throws -> (any FrameSource, CameraHelper?) {
        let address = configuration.camera
        if let post { return (try PushSource(post, release: release), nil) }
        if let local = try FrameSources.local(address, format: release.preprocessing.format) { return (local, nil) }
        let parsed = try CameraAddress(parsing: address)
        var timing = timing(configuration)
        timing.after = configuration.frameAfter ?? parsed.delay
        timing.isOneEach = parsed.isTriggered
        guard timing.after < timing.within else {
            throw Fault(
                .invalid,
                "camera '\(parsed)': its frames wait \(timing.after / Span64.millisecond) ms in a buffer, and frame_within_ms is \(timing.within / Span64.millisecond)",
                hint: "raise frame_within_ms and decide_within_ms, or lower the camera's latency")
        }
        // Deep enough for a frame to lie there until every part is known that could own it.
        let ring = try FrameRing(cells: ringCells)
        ring.address = parsed.text
        let helper = CameraHelper(
            [try ProcessFacts.executablePath(), "camera", "--priority", "\(configuration.priority)"], ring: ring)
        return (RingSource(address, ring: ring, isPulled: parsed.isPulled, timing: timing), helper)
    }

    func open() {
        camera?.start()
        server.start()
        door.keepTelling()
        tellOrders()
        let judge = judge
        let ended = ended
        let priority = configuration.priority
        Lane.start("judge", stackBytes: 4 << 20) {
            if priority > 0, !RealTime.claim(priority: priority) {
                Log.line(
                    "no real-time priority (SCHED_FIFO \(priority) is not permitted): verdicts may be late under load")
            }
            judge.run()
            ended.raise()
        }
        Log.line("station \(configuration.station): page at http://\(configuration.page.host):\(server.port)/")
    }

    /// What a person has ordered, and what waits for one, lasts.
    private static func orders(_ configuration: LineConfiguration) -> StandingOrderBook {
        StandingOrderBook(configuration.state + "/standing.json") { try bypassInLedger(configuration) }
    }

    /// Earlier versions kept a bypass in the ledger alone.
    private static func bypassInLedger(_ configuration: LineConfiguration) throws(Fault) -> StandingOrders.Bypass? {
        let reader = try LedgerReader(StateFolder(configuration.state))
        for row in try reader.last(Int.max, .operator) {
            guard case .operator(let record) = try LedgerEntry(row) else { continue }
            switch record.action {
            case .bypassOff: return nil
            case .bypassOn:
                return StandingOrders.Bypass(
                    by: record.person, reason: record.comment, since: Int(WallClock.milliseconds))
            default: continue
            }
        }
        return nil
    }

    private func tellOrders() {
        guard let bypass = orders.orders.bypass else { return }
        Log.line("the line is still in bypass, by \(bypass.by): \(bypass.reason)")
    }

    func close() {
        judge.stop()
        ended.wait()
        camera?.stop()
        door.close()
        server.drain(until: Instant.now.advanced(by: Self.drainNanoseconds))
        clerk.close()
        memory.close()
        orders.close()
    }
}

extension RouteRule {
    fileprivate init(_ route: LineConfiguration.Route) {
        self.init(name: route.name)
        camera = route.camera
        partNumbers = route.partNumbers
        brightness = route.brightness
        width = route.width
        height = route.height
    }
}

/// How a station's engines are started: few slots, each with room for a frame's tensor and what the model puts out.
enum StationEngines {
    private static let slots = 4
    private static let outputBytes = 8 << 20

    static func launcher(
        for release: ReleaseFile, _ session: SessionSettings, _ bells: Bells, priority: Int = 0
    ) throws -> EngineLauncher {
        var settings = EngineSettings()
        settings.command =
            try RuntimeLocator.engineCommand() + SessionFlags.words(session, instances: 1) + [
                "--priority", "\(priority)",
            ]
        settings.slots = slots
        settings.slotBytes = (release.preprocessing.elementCount * 8 + outputBytes) / 4096 * 4096
        return EngineLauncher(settings: settings, bells: bells, book: MetricsBook())
    }
}
