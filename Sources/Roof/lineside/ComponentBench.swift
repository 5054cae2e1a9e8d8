internal import Components
internal import Core
internal import Files
internal import HTTP
internal import JSON
internal import Process

/// A house of components from a file, with the door that gives them credentials.
struct ComponentBench {
    private static let credentialsLife: UInt64 = 12 * 3_600 * 1_000

    private let path: String
    private let folder: String
    private let house: ComponentHouse
    private let server: Server

    init(_ options: Options, path: String) throws {
        self.path = path
        folder = try FileAccess.absolute(options.text("folder") ?? PathName.folder(of: path))
        _ = try Self.specs(path, folder)
        let credentials = Credentials.minted(until: WallClock.milliseconds + Self.credentialsLife)
        let tokens = TokenRing()
        let door = CredentialsDoor(tokens: tokens) { _ in .success(credentials) }
        let workers = WorkerPool("worker", threads: 1)
        var plan = ServerPlan(router: Router(door.routes), workers: workers)
        plan.port = 0
        server = try Server(plan, reactors: 1)
        var settings = try Self.settings(options, folder)
        settings.surroundings.credentialsURI = "http://127.0.0.1:\(server.port)\(CredentialsDoor.path)"
        let wantsJSON = try options.wantsJSON
        house = try ComponentHouse(settings, tokens: tokens) { news in Verbs.say(wantsJSON ? news.json : news.text) }
    }

    private static func settings(_ options: Options, _ folder: String) throws -> HouseSettings {
        var settings = HouseSettings(
            folder: folder + "/memory", warden: [try ProcessFacts.executablePath(), WardenVerb.name])
        if let user = options.text("user") {
            _ = try UserAccount(parsing: user)
            settings.user = user
        }
        settings.surroundings.nodeVersion = Verbs.version
        if let thing = options.text("thing") { settings.surroundings.thingName = thing }
        if let region = options.text("region") { settings.surroundings.region = region }
        settings.surroundings.endpointURL = options.text("endpoint")
        if let bytes = try options.bytes("log-bytes") { settings.logs.bytesMax = bytes.bytes }
        settings.logs.isPrefixed = !options.has("raw-logs")
        return settings
    }

    private static func specs(_ path: String, _ folder: String) throws -> [ComponentSpec] {
        let text = try FileAccess.read(path, limit: 16 << 20)
        let document = try Datum(json: text, named: path)
        return try ComponentSpec.list(document, folder: folder)
    }

    func open() throws {
        server.start()
        house.start()
        try house.change(to: Self.specs(path, folder))
    }

    /// A file that is wrong changes nothing.
    func readAgain() {
        do { try house.change(to: Self.specs(path, folder)) } catch { Log.line("nothing is changed: \(error)") }
    }

    func close() {
        house.stopAll()
        server.drain(until: .now)
    }
}

extension HouseNews {
    fileprivate var text: String {
        switch self {
        case .state(let row):
            let time = CivilTime(milliseconds: Int64(row.since)).iso
            return
                "\(time)  \(row.name) \(row.version)  \(row.state.rawValue)\(row.reason.isEmpty ? "" : "  \(row.reason)")"
        case .request(let name, .restartNode): return "\(name) asks for a restart of the node before it goes on"
        case .request(let name, .rebootDevice): return "\(name) asks for a reboot of the device before it goes on"
        }
    }

    fileprivate var json: String {
        let buffer = ByteBuffer(capacity: 256)
        var json = JSONWriter(buffer)
        json.beginObject()
        switch self {
        case .state(let row):
            json.member("time", CivilTime(milliseconds: Int64(row.since)).iso)
            json.member("component", row.name)
            json.member("version", row.version)
            json.member("state", row.state.rawValue)
            json.member("reason", row.reason)
            json.member("pid", row.pid.map { UInt64($0) })
        case .request(let name, let request):
            json.member("component", name)
            json.member("request", request == .restartNode ? "restart" : "reboot")
        }
        json.endObject()
        return buffer.text
    }
}
