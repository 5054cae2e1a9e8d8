internal import Core
internal import Crypto
internal import Files
internal import HTTP
internal import JSON
internal import Process

/// One station that the node keeps: its `line.json` with the release that the record names, its processes, and what its page says.
///
/// Confined to the node's thread.
final class StationHand {
    let name: String
    private let address: StationPage
    private let source: Datum
    private let folder: String
    private let client: StationClient
    private let lane: StationLane
    private let program: [String]
    /// What its owner's file names.
    private let own: String?

    /// `text` is the owner's line.json, which lies in `home`; the effective one is kept in a folder under `stations`.
    init(_ text: [UInt8], file: String, home: String, folder stations: String, program: [String]) throws(Fault) {
        let datum = try Datum(json: text, named: file)
        guard var map = datum.map else { throw Fault(.invalid, "\(file) must hold a JSON object") }
        name = map["station"]?.text ?? "station"
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : home + "/" + path }
        map["state"] = .text(absolute(map["state"]?.text ?? "lineside-state"))
        if let mailbox = map["mailbox"]?.text, !mailbox.isEmpty { map["mailbox"] = .text(absolute(mailbox)) }
        if let model = map["model"]?.text { map["model"] = .text(absolute(model)) }
        own = map["model"]?.text
        if let routes = map["routes"]?.list {
            map["routes"] = .list(
                routes.map { route in
                    guard var rule = route.map, let model = rule["model"]?.text else { return route }
                    rule["model"] = .text(absolute(model))
                    return .map(rule)
                })
        }
        var page = map["page"]?.map ?? DatumMap()
        if let token = page["token_file"]?.text { page["token_file"] = .text(absolute(token)) }
        let wanted = page["port"]?.whole ?? 8080
        // A line that is still running from before has the port that it was given then.
        let before = try wanted == 0 ? Self.port(of: stations + "/" + name) : wanted
        let port = if let before { before } else { try FreePort.find() }
        page["port"] = .whole(port)
        map["page"] = .map(page)
        source = .map(map)
        folder = stations + "/" + name
        self.program = program
        address = StationPage(page, port: port)
        lane = StationLane(
            name, program + ["line", "--config", folder + "/line.json"], folder: folder, page: address)
        client = try StationClient(address)
    }

    var page: String { address.address + "/" }
    private var configuration: String { folder + "/line.json" }

    /// Asks whether it could judge with a model, before anything is changed: the station that runs, or, where none
    /// answers, one that reads it and ends.
    func check(_ model: String, despiteHold: Bool) throws(Fault) {
        let refusal = try client.state == nil ? readAside(model) : client.check(model, asPerson: despiteHold)
        if let refusal { throw Fault(.invalid, "station \(name): \(refusal)") }
    }

    /// The last line of why it cannot be read.
    private func readAside(_ model: String) throws(Fault) -> String? {
        let said = try ChildProcess.output(program + ["station", "check", model])
        guard said.status != "exit status 0" else { return nil }
        return said.text.split(separator: "\n").last.map(String.init) ?? said.status
    }

    /// After a start of the node: a station that runs is left as it is, whatever it has decided meanwhile; another one
    /// is started with this model.
    func resume(_ model: String) throws(Fault) {
        try write(model)
        lane.want(true)
    }

    /// From now on, and after every start, this model. The station that runs is asked to change over; one that does not run yet is started.
    /// False while it cannot be reached.
    func run(_ model: String, despiteHold: Bool = false) throws(Fault) -> Bool {
        try write(model)
        let isRunning = lane.isRunning
        lane.want(true)
        guard isRunning else { return true }
        guard client.state != nil else { return false }
        if let refusal = try client.load(model, asPerson: despiteHold) {
            throw Fault(.invalid, "station \(name): \(refusal)")
        }
        return true
    }

    private static func port(of folder: String) throws(Fault) -> Int? {
        guard let bytes = try? FileAccess.read(folder + "/line.json", limit: 1 << 20),
            let datum = try? Datum(json: bytes)
        else { return nil }
        return datum["page"]?["port"]?.whole
    }

    /// What is there already needs no disk that takes anything.
    private func write(_ model: String) throws(Fault) {
        guard var map = source.map else { return }
        map["model"] = .text(model)
        let text = Datum.map(map).json
        if let standing = try? FileAccess.read(configuration, limit: 1 << 20), standing == text { return }
        try FileAccess.makeFolder(folder)
        try FileAccess.write(text, to: configuration)
    }

    /// With whatever model its owner's file names; a station without any waits for its first release. False while it
    /// cannot be reached.
    func runAsConfigured() throws(Fault) -> Bool {
        guard let own else {
            lane.want(false)
            return true
        }
        return try run(own)
    }

    func resumeAsConfigured() throws(Fault) {
        guard let own else { return lane.want(false) }
        try resume(own)
    }

    func open() { lane.open() }
    func close() { lane.close() }
    var restarts: Int { lane.restarts }

    /// What its page said last; nil while nobody answers.
    var state: Datum? { lane.heard.state }
    var heard: StationLane.Heard { lane.heard }
}
