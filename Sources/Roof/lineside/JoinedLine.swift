internal import Core
internal import Files
internal import Glibc
internal import HTTP
internal import JSON
internal import LineKeeper
internal import Process

/// A demonstration's line with a hub: a node that has joined it keeps the station and its PLC process.
struct JoinedLine: DemoKeeper {
    private static let thing = "demo"
    private static let patience = 30 * Span64.second
    private static let glance = 20 * Span64.millisecond

    private let hub: KeptProcess
    private let node: KeptProcess
    private let data: String
    private let root: String
    private let line: String

    /// `line`: its line.json; everything is kept in `state`.
    init(_ line: String, state: String, hubPort: Int?) throws(Fault) {
        let program = try ProcessFacts.executablePath()
        self.line = line
        data = state + "/hub"
        root = state + "/node"
        hub = KeptProcess(
            "hub",
            [
                program, "hub", "--data", data, "--port", "\(try Self.port(hubPort ?? 8400))",
                "--device-port", "\(try Self.port(8443))", "--message-port", "\(try Self.port(8883))",
            ])
        node = KeptProcess("node", [program, "node", "--root", root])
    }

    /// As everywhere, where nobody has it; else any, found once: a hub that is started again is where it was.
    private static func port(_ usual: Int) throws(Fault) -> Int {
        try usual > 0 && ProcessFacts.portIsFree(usual) ? usual : FreePort.find()
    }

    func begin() throws {
        hub.start()
        let folder = HubFolder(try Options(["--data", data], flags: [HubFolder.flag]))
        let url = try hubAddress(folder)
        let token = try HubToken.made(folder, for: Self.thing)["token"]?.text ?? ""
        try join(url, token)
        node.start()
    }

    private func hubAddress(_ folder: HubFolder) throws -> String {
        let end = Instant.now.advanced(by: Self.patience)
        while true {
            do {
                let environment = try folder.environment()
                return environment.first { $0.name == "AWS_ENDPOINT_URL" }?.value ?? ""
            } catch  where Instant.now < end { Pause.nanoseconds(Self.glance) }
        }
    }

    /// Again at each start: a hub's ports may be others by now.
    private func join(_ url: String, _ token: String) throws {
        try FileAccess.makeFolder(root)
        let wanted: Datum = [
            "services": [
                "aws.greengrass.Nucleus": ["configuration": ["runWithDefault": ["posixUser": .text(Self.user)]]],
                "lineside.Node": [
                    "configuration": ["stations": [.text(line)], "door": ["port": .whole(try FreePort.find())]]
                ],
            ]
        ]
        let file = root + "/wanted.yaml"
        try FileAccess.write(wanted.json, to: file)
        // Not on a command line, where others could read it.
        let options = try Options(
            ["join", url, "--root", root, "--config", file, "--thing", Self.thing], flags: NodeVerb.verb.flags)
        _ = try NodeJoin(options, url: url).entered(by: token)
    }

    /// Components run as nobody, where we may say so.
    private static var user: String { UserAccount.mayChange ? "nobody" : "\(geteuid()):\(getegid())" }

    func letGo() {
        node.letGo()
        hub.letGo()
    }

    var restarts: [(name: String, count: UInt64)] { [("node", node.restarts), ("hub", hub.restarts)] }

    var greeting: [String] {
        let program = CommandLine.arguments.first ?? "lineside"
        return [
            "its node has joined a hub; in another terminal:",
            "    eval \"$(\(program) env --data \(data))\"",
            "    aws greengrassv2 get-core-device --core-device-thing-name \(Self.thing)",
        ]
    }
}
