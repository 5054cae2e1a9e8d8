internal import Core
internal import JSON
internal import Node

/// `lineside plan`: what a deployment would change.
enum PlanVerb {
    static let verb = Verb(
        name: "plan", summary: "what a deployment would change on this machine; nothing is done",
        usage: "plan FILE [OPTIONS]", flags: DeploymentFiles.flags + [NodeRoot.flag, Options.output], run: run)

    private static func run(_ options: Options) throws -> Int32 {
        let path = try options.onlyWord("a deployment document")
        let body = try DeploymentFiles(options).order(path).body
        let plan = try NodeRoot(options).ask("POST", "/node/plan", body).datum
        Verbs.say(try options.wantsJSON ? String(decoding: plan.json, as: UTF8.self) : text(plan))
        return ExitCode.ok
    }

    private static func text(_ plan: Datum) -> String {
        var lines: [String] = []
        for component in plan["components"]?.list ?? [] {
            let reasons = (component["reasons"]?.list ?? []).compactMap(\.text).joined(separator: "; ")
            lines.append(
                "component \(component["name"]?.text ?? ""): \(component["change"]?.text ?? ""), \(component["from"]?.text ?? "nothing") -> \(component["to"]?.text ?? "nothing")\(reasons.isEmpty ? "" : " (\(reasons))")"
            )
        }
        for station in plan["stations"]?.list ?? [] {
            lines.append(
                "station \(station["name"]?.text ?? ""): \(station["from"]?.text ?? "nothing") -> \(station["to"]?.text ?? "")"
            )
        }
        for loss in plan["configuration"]?.list ?? [] { lines.append("configuration: \(loss.text ?? "")") }
        return lines.isEmpty ? "nothing would change" : lines.joined(separator: "\n")
    }
}
