internal import Core
internal import Files
internal import Glibc
internal import JSON
internal import WebClient

/// Where a node is: its folder, and the file in it that says how to reach the one that runs.
struct NodeRoot {
    static let flag = Flag("root", "DIR", "the node's folder (LINESIDE_ROOT, else lineside-node)")
    private static let variable = "LINESIDE_ROOT"
    private static let patienceMilliseconds = 120_000
    private static let answerBytesMax = 64 << 20

    let path: String

    init(_ options: Options) { path = options.text("root") ?? Self.fromEnvironment ?? "lineside-node" }
    init(path: String) { self.path = path }

    static var fromEnvironment: String? { unsafe getenv(variable).map { unsafe String(cString: $0) } }

    var doorFile: String { path + "/door.json" }

    /// Only its owner may read it: it holds the door's token.
    func write(port: Int, host: String, token: String) throws(Fault) {
        let door: Datum = ["url": .text("http://\(host):\(port)"), "token": .text(token)]
        try FileAccess.writeDurably(door.json, to: doorFile, mode: 0o600)
    }

    /// Asks the node that runs there.
    func ask(_ method: String, _ address: String, _ body: [UInt8]? = nil) throws(Fault) -> (status: Int, datum: Datum) {
        let answer = try send(method, address, body)
        let datum = (try? Datum(json: answer.body)) ?? .null
        guard answer.isSuccess else {
            throw Self.fault(answer.status, datum["error"]?.text ?? "the node answered \(answer.status)")
        }
        return (answer.status, datum)
    }

    func text(_ address: String) throws(Fault) -> String {
        let answer = try send("GET", address, nil)
        guard answer.isSuccess else {
            let datum = try? Datum(json: answer.body)
            throw Self.fault(answer.status, datum?["error"]?.text ?? "the node answered \(answer.status)")
        }
        return String(decoding: answer.body, as: UTF8.self)
    }

    private func send(_ method: String, _ address: String, _ body: [UInt8]?) throws(Fault) -> WebAnswer {
        guard let bytes = try? FileAccess.read(doorFile, limit: 1 << 16), let door = try? Datum(json: bytes),
            let url = door["url"]?.text, let token = door["token"]?.text
        else {
            throw Fault(
                .unavailable, "no node runs in \(path)",
                hint: "start one with `lineside node --root \(path)`, or name its folder with --root")
        }
        let request = WebRequest(
            method, url + address,
            fields: ["Authorization": "Bearer \(token)", "Content-Type": "application/json"], body: body,
            wholeMilliseconds: Self.patienceMilliseconds)
        do throws(Fault) {
            return try WebClient().send(request, bodyBytesMax: Self.answerBytesMax)
        } catch {
            throw Fault(
                .unavailable, "the node of \(path) does not answer: \(error.message)", hint: "is it still running?")
        }
    }

    private static func fault(_ status: Int, _ text: String) -> Fault {
        switch status {
        case 401: Fault(.invalid, text, hint: "another node has taken its place: look at door.json")
        case 404: Fault(.notFound, text)
        // The node is there; it will not do this now.
        case 409: Fault(Fault.Code(rawValue: "conflict"), text)
        case 503: Fault(.unavailable, text)
        default: Fault(.invalid, text)
        }
    }
}
