internal import Core
internal import Crypto
internal import Files
internal import HTTP
internal import JSON

/// One station that the node keeps: its `line.json` with the release that the record names, its processes, and what its page says.
///
/// Confined to the node's thread.
final class StationHand {
    let name: String
    let port: Int
    private let source: Datum
    private let folder: String
    private let client: StationClient
    private let lane: StationLane
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
        var page = map["page"]?.map ?? DatumMap()
        let wanted = page["port"]?.whole ?? 8080
        // A line that is still running from before has the port that it was given then.
        let before = try wanted == 0 ? Self.port(of: stations + "/" + name) : wanted
        if let before { port = before } else { port = try FreePort.find() }
        page["port"] = .whole(port)
        map["page"] = .map(page)
        source = .map(map)
        folder = stations + "/" + name
        lane = StationLane(
            name, program + ["line", "--config", folder + "/line.json"], pidFile: folder + "/line.pid", port: port)
        client = try StationClient(port: port)
    }

    var page: String { "http://127.0.0.1:\(port)/" }
    private var configuration: String { folder + "/line.json" }

    /// From now on, and after every start, this model. The station that runs is asked to change over; one that does not run yet is started.
    /// False while it cannot be reached.
    func run(_ model: String, despiteHold: Bool = false) throws(Fault) -> Bool {
        try write(model)
        guard lane.isRunning else {
            lane.want(true)
            return true
        }
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

    private func write(_ model: String) throws(Fault) {
        guard var map = source.map else { return }
        map["model"] = .text(model)
        try FileAccess.makeFolder(folder)
        try FileAccess.write(Datum.map(map).json, to: configuration)
    }

    /// Starts with whatever model its owner's file names; a station without any waits for its first release.
    func runAsConfigured() throws(Fault) {
        guard let own else { return lane.want(false) }
        _ = try run(own)
    }

    func open() { lane.open() }
    func close() { lane.close() }
    var restarts: Int { lane.restarts }

    /// What its page said last; nil while nobody answers.
    var state: Datum? { lane.heard.state }
    var heard: StationLane.Heard { lane.heard }
}
