internal import Core
internal import Files
internal import Glibc
internal import JSON
internal import Node
internal import Recipes

/// `lineside deploy`: hands a node what it is to run.
enum DeployVerb {
    static let verb = Verb(
        name: "deploy", summary: "give the node of this machine what it is to run, and see what became of it",
        usage: "deploy apply FILE [OPTIONS] | deploy status [ID] | deploy history | deploy cancel | deploy undo",
        flags: DeploymentFiles.flags + [
            Flag("no-wait", "do not wait until it is over"), NodeRoot.flag, Options.output,
        ],
        notes: """
            FILE is a deployment document, JSON or YAML (docs/spec/node.md). Exit status 0: SUCCEEDED; 1: anything else, with its
            reason. `undo` goes back to what was good before; while a release proves itself, to the last good one.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        let root = NodeRoot(options)
        switch options.words.first {
        case "apply":
            guard options.words.count == 2 else { throw UsageFault(message: "say `deploy apply FILE`") }
            let body = try DeploymentFiles(options).order(options.words[1]).body
            return try follow(try root.ask("POST", "/node/deployments", body).datum, root, options)
        case "undo": return try follow(try root.ask("POST", "/node/undo", []).datum, root, options)
        case "cancel":
            let id = try root.ask("POST", "/node/deployments/cancel", []).datum["id"]?.text ?? ""
            return try follow(["id": .text(id)], root, options, wanted: "CANCELED")
        case "status": return try show(options.words.dropFirst().first, root, options)
        case "history": return try history(root, options)
        default: throw UsageFault(message: "say what to do: apply, status, history, cancel or undo")
        }
    }

    /// Waits for the end of a deployment and says each part of its way.
    private static func follow(
        _ answer: Datum, _ root: NodeRoot, _ options: Options, wanted: String = "SUCCEEDED"
    ) throws -> Int32 {
        var row = answer
        let id = answer["id"]?.text ?? ""
        var phase = ""
        while row["result"]?.text == nil, !options.has("no-wait") {
            row = try root.ask("GET", "/node/deployments/\(PercentText.encoded(id))").datum
            if let now = row["phase"]?.text, now != phase, row["result"]?.text == nil {
                phase = now
                Log.line("\(id): \(phase)\(row["reason"]?.text.flatMap { $0.isEmpty ? nil : ", \($0)" } ?? "")")
            }
            if row["result"]?.text == nil { Pause.nanoseconds(100 * Span64.millisecond) }
        }
        return try say(row, options, wanted)
    }

    private static func say(_ row: Datum, _ options: Options, _ wanted: String = "SUCCEEDED") throws -> Int32 {
        if try options.wantsJSON { Verbs.say(String(decoding: row.json, as: UTF8.self)) } else { Verbs.say(line(row)) }
        guard let result = row["result"]?.text else { return ExitCode.ok }
        return result == wanted ? ExitCode.ok : ExitCode.judgedBad
    }

    private static func line(_ row: Datum) -> String {
        let reason = row["reason"]?.text ?? ""
        return
            "\(row["id"]?.text ?? ""): \(row["result"]?.text ?? row["phase"]?.text ?? "accepted")\(reason.isEmpty ? "" : ", \(reason)")"
    }

    private static func show(_ id: String?, _ root: NodeRoot, _ options: Options) throws -> Int32 {
        if let id { return try say(try root.ask("GET", "/node/deployments/\(PercentText.encoded(id))").datum, options) }
        guard let newest = try root.ask("GET", "/node/deployments").datum.list?.first else {
            throw Fault(.notFound, "there has been no deployment here")
        }
        return try say(newest, options)
    }

    private static func history(_ root: NodeRoot, _ options: Options) throws -> Int32 {
        let rows = try root.ask("GET", "/node/deployments").datum
        if try options.wantsJSON {
            Verbs.say(String(decoding: rows.json, as: UTF8.self))
        } else {
            Verbs.say((rows.list ?? []).map(line).joined(separator: "\n"))
        }
        return ExitCode.ok
    }
}

/// The files of a deployment, as the command line names them.
struct DeploymentFiles {
    static let flags = [
        Flag("recipes", "DIR", repeats: true, "recipes: every .json, .yaml and .yml in it"),
        Flag("artifacts", "DIR", "artifacts, as NAME/VERSION/FILE"),
        Flag("bundle", "FILE", "take releases from a bundle, with no network"),
    ]
    private static let recipeBytesMax = 16 << 20
    private let options: Options

    init(_ options: Options) { self.options = options }

    func order(_ path: String) throws(Fault) -> DeploymentOrder {
        guard FileAccess.isReadable(path) else { throw Fault(.notFound, "no deployment document at \(path)") }
        let document: Datum
        do throws(Fault) {
            document = try RecipeText.document(try FileAccess.read(path, limit: Self.recipeBytesMax))
        } catch {
            throw Fault(error.code, "\(path): \(error.message)", hint: error.hint)
        }
        var order = DeploymentOrder(document: document)
        for folder in options.texts("recipes") { order.recipes += try recipes(folder) }
        order.artifacts = try options.text("artifacts").map { path throws(Fault) in
            guard FileAccess.isFolder(path) else { throw Fault(.notFound, "no folder of artifacts at \(path)") }
            return FileAccess.resolved(path)
        }
        order.bundle = options.text("bundle").map { FileAccess.resolved($0) }
        return order
    }

    private func recipes(_ folder: String) throws(Fault) -> [(name: String, text: [UInt8])] {
        guard FileAccess.isFolder(folder) else { throw Fault(.notFound, "no folder of recipes at \(folder)") }
        var found: [(name: String, text: [UInt8])] = []
        for name in try FileAccess.names(in: folder) where [".json", ".yaml", ".yml"].contains(where: name.hasSuffix) {
            found.append((name, try FileAccess.read("\(folder)/\(name)", limit: Self.recipeBytesMax)))
        }
        guard !found.isEmpty else {
            throw Fault(.notFound, "\(folder) holds no recipes", hint: "they end with .json, .yaml or .yml")
        }
        return found
    }
}
