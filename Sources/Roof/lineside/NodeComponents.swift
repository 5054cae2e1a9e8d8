internal import Core
internal import JSON

/// The node's components by hand: `lineside component list|logs|restart|config`.
struct NodeComponents {
    private let root: NodeRoot
    private let options: Options

    init(_ options: Options) {
        root = NodeRoot(options)
        self.options = options
    }

    func run(_ word: String, _ name: String?) throws -> Int32 {
        guard word != "list" else { return try list() }
        guard let name else { throw UsageFault(message: "say which: `component \(word) NAME`") }
        let address = "/node/components/\(name)"
        switch word {
        case "logs":
            let lines = try options.int("lines", in: 1...10_000) ?? 100
            Verbs.say(Self.withoutEnd(try root.text("\(address)/log?lines=\(lines)")))
        case "restart": _ = try root.ask("POST", "\(address)/restart", [])
        default: Verbs.say(String(decoding: try root.ask("GET", "\(address)/configuration").datum.json, as: UTF8.self))
        }
        return ExitCode.ok
    }

    private func list() throws -> Int32 {
        let rows = try root.ask("GET", "/node/components").datum
        if try options.wantsJSON {
            Verbs.say(String(decoding: rows.json, as: UTF8.self))
        } else {
            Verbs.say((rows.list ?? []).map(NodeStatus.row).joined(separator: "\n"))
        }
        return ExitCode.ok
    }

    private static func withoutEnd(_ text: String) -> String { text.hasSuffix("\n") ? String(text.dropLast()) : text }
}
