internal import Core
internal import Files
internal import JSON
internal import PartLedger
internal import Spool

/// `lineside spool`: what waits for an uplink, and getting rid of it by hand.
enum SpoolVerb {
    static let verb = Verb(
        name: "spool", summary: "what waits for an uplink: status, list, and drain to an endpoint",
        usage: "spool status|list|drain|serve [OPTIONS]   or   spool fill --events N",
        flags: [
            StateOption.flag, Flag("settings", "FILE", "the spool's settings as JSON (see docs/spec/spool.md)"),
            Flag("endpoint", "URL", "with `drain` and `serve`: where to send, such as http://127.0.0.1:8400"),
            Flag("region", "NAME", "the endpoint's region (AWS_REGION, or us-east-1)"),
            Flag("ca", "FILE", "the authorities that the endpoint's certificate must be signed by, as PEM"),
            Flag("within", "SECONDS", "with `drain`: when to give up (60)"),
            Flag("count", "N", "with `list`: how many (20)"),
            Flag("set-aside", "with `list`: what was refused for good"),
            Flag("port", "PORT", "with `serve`: where components put events (0 for any)"),
            Flag("events", "N", "with `fill`: how many made-up events to post, for drills"), Options.output,
        ],
        notes: """
            `drain` and `serve` sign with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; `serve` also wants that key
            of the components that call it.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        switch try options.onlyWord("status, list, drain, serve or fill") {
        case "status": return try status(options)
        case "list": return try list(options)
        case "drain": return try SpoolRun(options).drain()
        case "serve": return try SpoolRun(options).serve()
        case "fill": return try SpoolRun(options).fill()
        default: throw UsageFault(message: "spool knows `status`, `list`, `drain`, `serve` and `fill`")
        }
    }

    static func folder(_ options: Options) -> String { StateOption.folder(options).path }

    static func settings(_ options: Options) throws -> SpoolSettings {
        guard let path = options.text("settings") else { return SpoolSettings() }
        let text = try FileAccess.read(path, limit: 1 << 20)
        let datum: Datum
        do throws(JSONDocument.Refusal) { datum = try Datum(json: text) } catch {
            throw ConfigurationFault(message: "\(path) is not JSON: \(error.reason) at byte \(error.position)")
        }
        return try SpoolSettings(datum)
    }

    private static func status(_ options: Options) throws -> Int32 {
        let state = try SpoolReader(folder(options)).state(settings(options))
        Verbs.say(try options.wantsJSON ? String(decoding: state.datum.json, as: UTF8.self) : SpoolTable.text(state))
        return ExitCode.ok
    }

    private static func list(_ options: Options) throws -> Int32 {
        let rows = try SpoolReader(folder(options)).rows(
            options.int("count", in: 1...1_000_000) ?? 20, setAside: options.has("set-aside"))
        if try options.wantsJSON {
            Verbs.say(String(decoding: Datum.list(rows.map(SpoolTable.datum)).json, as: UTF8.self))
        } else {
            Verbs.say(SpoolTable.text(rows))
        }
        return ExitCode.ok
    }
}
