internal import AWSSignature
internal import Components
internal import Core
internal import Files
internal import Glibc
internal import HTTP
internal import JSON
internal import Node
internal import Process
internal import Recipes
internal import Spool

/// `lineside node`: keeps what a machine at the line runs.
enum NodeVerb {
    static let verb = Verb(
        name: "node", summary: "keep what this machine runs: deployments, components, stations",
        usage:
            "node [--config FILE] [--root DIR] | node join URL --token T | node status | node install --config FILE | node uninstall",
        flags: [
            Flag("config", "FILE", "Greengrass's config.yaml (none: everything as usual)"), NodeRoot.flag,
            Options.output,
            Flag("unit-dir", "DIR", "with `install` and `uninstall`: of systemd's units (/etc/systemd/system)"),
            Flag("token", "T", "with `join`: the word that `lineside hub token` made"),
            Flag("token-file", "FILE", "with `join`: a file that holds it"),
            Flag("thing", "NAME", "with `join`: who this is (the configuration's thingName, else the machine's name)"),
            Flag("keep", "with `uninstall`: keep the node's folder"),
        ],
        notes: """
            `install` writes a unit of systemd and starts it; `uninstall` stops the node, and removes the unit and the node's folder.
            `node status` shows wanted against actual, and ends with 1 when something is not as wanted. Components cannot talk to
            the node (component IPC is not offered). docs/spec/node.md describes the configuration and the door.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        switch options.words {
        case []: return try keep(options)
        case let words where words.first == "join":
            guard words.count == 2 else { throw UsageFault(message: "say where the hub is: `node join URL --token T`") }
            return try NodeJoin(options, url: words[1]).join()
        case ["status"]: return try NodeStatus(options).show()
        case ["install"]: return try NodeInstallation(options).install()
        case ["uninstall"]: return try NodeInstallation(options).uninstall()
        default:
            throw UsageFault(
                message: "no such word: \(options.words[0]); there are join, status, install and uninstall")
        }
    }

    /// Who a node is that nobody named.
    static var machineName: String { ProcessFacts.machineName ?? "lineside" }

    private static func keep(_ options: Options) throws -> Int32 {
        Signals.block()
        ProcessFacts.endWithParent()
        ProcessFacts.raiseFileLimit()
        let household = try NodeHousehold(options)
        try household.open()
        _ = Signals.waitForStop()
        Log.line("the node stops")
        household.close()
        return ExitCode.ok
    }
}

/// The rooms of a node, introduced to each other.
private struct NodeHousehold {
    private static let credentialsLife: UInt64 = 365 * 86_400_000
    private static let drain = Span64.second
    private static let tokenLetters = 40

    private let root: NodeRoot
    private let house: NodeHouse
    private let spool: Spool
    private let server: Server
    private let hub: HubLine?
    private let figures: FiguresLine?
    private let host: String
    private let doorFile: DoorFile

    init(_ options: Options) throws {
        let file = options.text("config") ?? Self.joined(options)
        let configuration = try NodeFiles.configuration(file)
        let folder = PathName.folder(of: file ?? "")
        let wanted = options.text("root") ?? NodeRoot.fromEnvironment ?? configuration.root ?? folder + "/lineside-node"
        try FileAccess.makeFolder(wanted)
        let path = FileAccess.resolved(wanted)
        root = NodeRoot(path: path)
        let program = [try ProcessFacts.executablePath()]
        let thing = configuration.thingName ?? NodeVerb.machineName
        let credentials = Credentials.minted(until: WallClock.milliseconds + Self.credentialsLife)
        let tokens = TokenRing()
        let port = configuration.doorPort == 0 ? try FreePort.find() : configuration.doorPort
        host = configuration.doorHost
        var settings = HouseSettings(folder: path + "/components", warden: program + [WardenVerb.name])
        settings.user = configuration.user
        settings.surroundings.thingName = thing
        settings.surroundings.region = configuration.region
        settings.surroundings.nodeVersion = Verbs.version
        settings.surroundings.python = PythonHome(folder: path + "/packages/python", resolver: configuration.python)
        settings.surroundings.endpointURL = "http://127.0.0.1:\(port)"
        settings.surroundings.credentialsURI = "http://127.0.0.1:\(port)\(CredentialsDoor.path)"
        // What components need not see: configurations, events, and what is trusted.
        for name in ["depot", "spool", "trust", "stations"] {
            try FileAccess.makeFolder("\(path)/\(name)")
            guard unsafe chmod("\(path)/\(name)", 0o700) == 0 else { throw Fault.system("closing \(path)/\(name)") }
        }
        for name in ["logs", "work", "packages/artifacts"] { try FileAccess.makeFolder("\(path)/\(name)") }
        let components = try ComponentHouse(settings, tokens: tokens) { Self.note($0) }
        let signing = try Self.signing(configuration, thing)
        var spoolSettings = SpoolSettings()
        spoolSettings.bytesMax = configuration.spool.bytesMax
        spool = try Spool(path + "/spool", settings: spoolSettings, uplink: try Self.uplink(configuration, signing))
        house = NodeHouse(
            NodeHouse.Plan(
                configuration, root: path, thingName: thing, program: program, version: Verbs.version,
                platform: try NodeOption.platform(Options([], flags: []))), house: components, spool: spool)
        hub = configuration.hub.map { [house] in HubLine(house, $0) }
        figures = try Self.figures(house, configuration, signing)
        let key = AWSCredentials(
            keyID: credentials.accessKeyId, secret: credentials.secretAccessKey, sessionToken: credentials.token)
        let events = EventsDoor(spool, settings: spoolSettings) { $0 == key.keyID ? key : nil }
        let doors =
            NodeDoor(house).routes + [events.route]
            + CredentialsDoor(tokens: tokens) { _ in .success(credentials) }.routes
        var plan = ServerPlan(router: Router(doors), workers: WorkerPool("worker", threads: 2))
        plan.host = host
        plan.port = port
        let token = Secret.minted(letters: Self.tokenLetters)
        plan.token = token
        server = try Server(plan, reactors: 1)
        doorFile = DoorFile(
            root, port: server.port, host: host == "0.0.0.0" ? "127.0.0.1" : host, token: token
        ) { [house] trouble in house.note(doorTrouble: trouble) }
    }

    private static func uplink(
        _ configuration: NodeConfiguration, _ credentials: @escaping FiguresLine.Signing
    ) throws -> SpoolUplink? {
        guard let endpoint = configuration.spool.endpoint else { return nil }
        return try SpoolUplink(endpoint: endpoint, region: configuration.region, credentials: credentials)
    }

    private static func figures(
        _ house: NodeHouse, _ configuration: NodeConfiguration, _ credentials: @escaping FiguresLine.Signing
    ) throws -> FiguresLine? {
        guard let endpoint = configuration.figures.endpoint else { return nil }
        return try FiguresLine(
            house, endpoint: endpoint, every: configuration.figures.every, credentials: credentials)
    }

    /// Who signs is told by the node's own environment, as for every AWS program; or its hub lends a role.
    private static func signing(_ configuration: NodeConfiguration, _ thing: String) throws -> FiguresLine.Signing {
        if let hub = configuration.hub, hub.roleAlias != nil, Environment["AWS_ACCESS_KEY_ID"] == nil {
            let keys = LentKeys(hub, thing: thing)
            return { () throws(Fault) in try keys.current() }
        }
        guard let id = Environment["AWS_ACCESS_KEY_ID"], let secret = Environment["AWS_SECRET_ACCESS_KEY"] else {
            guard configuration.spool.endpoint ?? configuration.figures.endpoint == nil else {
                throw ConfigurationFault(
                    message:
                        "\(configuration.spool.endpoint == nil ? "metrics" : "spool").endpoint is set: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY say who signs; set both"
                )
            }
            return { () throws(Fault) in throw Fault(.invalid, "nobody signs here") }
        }
        let key = AWSCredentials(keyID: id, secret: secret, sessionToken: Environment["AWS_SESSION_TOKEN"])
        return { () throws(Fault) in key }
    }

    /// What `node join` wrote.
    private static func joined(_ options: Options) -> String? {
        let file = NodeRoot(options).path + "/config.yaml"
        return FileAccess.isFile(file) ? file : nil
    }

    private static func note(_ news: HouseNews) {
        guard case .state(let row) = news else { return }
        Log.line(
            "component \(row.name) \(row.version): \(row.state.rawValue)\(row.reason.isEmpty ? "" : ", \(row.reason)")")
    }

    func open() throws {
        server.start()
        house.house.start()
        try house.start()
        doorFile.open()
        hub?.start()
        figures?.start()
        Log.line("node in \(root.path): door at http://\(host):\(server.port)/")
    }

    func close() {
        doorFile.close()
        house.hurry()
        figures?.stop()
        hub?.stop()
        house.stop()
        server.drain(until: Instant.now.advanced(by: Self.drain))
        spool.close()
    }
}
