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
    private let line: LineGuard
    private(set) var model: String?

    /// `text` is the owner's line.json, which lies in `home`; the effective one is kept in a folder under `stations`.
    init(_ text: [UInt8], file: String, home: String, folder stations: String, program: [String]) throws(Fault) {
        let datum: Datum
        do throws(JSONDocument.Refusal) { datum = try Datum(json: text) } catch {
            throw Fault(.invalid, "\(file) is not JSON: \(error.reason) at byte \(error.position)")
        }
        guard var map = datum.map else { throw Fault(.invalid, "\(file) must hold a JSON object") }
        name = map["station"]?.text ?? "station"
        func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : home + "/" + path }
        map["state"] = .text(absolute(map["state"]?.text ?? "lineside-state"))
        if let mailbox = map["mailbox"]?.text, !mailbox.isEmpty { map["mailbox"] = .text(absolute(mailbox)) }
        if let model = map["model"]?.text { map["model"] = .text(absolute(model)) }
        model = map["model"]?.text
        var page = map["page"]?.map ?? DatumMap()
        let wanted = page["port"]?.whole ?? 8080
        port = wanted == 0 ? try FreePort.find() : wanted
        page["port"] = .whole(port)
        map["page"] = .map(page)
        source = .map(map)
        folder = stations + "/" + name
        line = LineGuard(
            "station \(name)", program + ["line", "--config", folder + "/line.json"], pidFile: folder + "/line.pid")
        client = try StationClient(port: port)
    }

    var page: String { "http://127.0.0.1:\(port)/" }
    private var configuration: String { folder + "/line.json" }

    /// From now on, and after every start, this model. The station that runs is asked to change over; one that does not run yet is started.
    /// False while it cannot be reached.
    func run(_ model: String, despiteHold: Bool = false) throws(Fault) -> Bool {
        try write(model)
        self.model = model
        guard line.isRunning else {
            line.start()
            return true
        }
        guard client.state != nil else { return false }
        if let refusal = try client.load(model, asPerson: despiteHold) {
            throw Fault(.invalid, "station \(name): \(refusal)")
        }
        return true
    }

    private func write(_ model: String) throws(Fault) {
        guard var map = source.map else { return }
        map["model"] = .text(model)
        try FileAccess.makeFolder(folder)
        try FileAccess.write(Datum.map(map).json, to: configuration)
    }

    /// Starts with whatever model its file names; a station without any waits for its first release.
    func startAsConfigured() throws(Fault) {
        guard !line.isWanted, let model else { return }
        try write(model)
        line.start()
    }

    func tend(_ now: Instant) { line.tend(now) }
    func stop() { line.stop() }
    var restarts: Int { line.restarts }

    /// What its page says; nil while nobody answers.
    var state: Datum? { line.isRunning ? client.state : nil }
}
