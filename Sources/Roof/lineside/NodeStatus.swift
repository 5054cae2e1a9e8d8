internal import Core
internal import JSON

/// `lineside node status`: wanted against actual.
struct NodeStatus {
    private let root: NodeRoot
    private let wantsJSON: Bool

    init(_ options: Options) throws(UsageFault) {
        root = NodeRoot(options)
        wantsJSON = try options.wantsJSON
    }

    func show() throws(Fault) -> Int32 {
        let status = try root.ask("GET", "/node/status").datum
        Verbs.say(wantsJSON ? String(decoding: status.json, as: UTF8.self) : text(status))
        return status["as_wanted"]?.bool == true ? ExitCode.ok : ExitCode.judgedBad
    }

    private func text(_ status: Datum) -> String {
        var lines = ["\(status["thing"]?.text ?? "") in \(status["root"]?.text ?? "")"]
        if let running = status["deployment"], !running.isNull {
            lines.append(
                "deployment \(running["id"]?.text ?? ""): \(running["phase"]?.text ?? "") \(running["reason"]?.text ?? "")"
            )
        }
        for place in status["places"]?.list ?? [] {
            let active = place["active"]?.text
            let isGood = active != nil && active == place["good"]?.text
            lines.append(
                "\(place["place"]?.text ?? ""): \(brief(active))\(isGood ? "" : " (not proved yet; good is \(brief(place["good"]?.text)))")"
            )
        }
        for component in status["components"]?.list ?? [] { lines.append(Self.row(component)) }
        for station in status["stations"]?.list ?? [] {
            lines.append(
                "station \(station["name"]?.text ?? ""): \(station["state"]?.text ?? "does not answer"), release \(station["version"]?.text ?? "none") \(station["phase"]?.text ?? ""), \(station["page"]?.text ?? "")"
            )
        }
        for drift in status["drift"]?.list ?? [] {
            lines.append("put back: \(drift["path"]?.text ?? "") at \(drift["at"]?.text ?? "")")
        }
        for complaint in status["complaints"]?.list ?? [] { lines.append("not as wanted: \(complaint.text ?? "")") }
        return lines.joined(separator: "\n")
    }

    private func brief(_ digest: String?) -> String {
        digest.map { String($0.dropFirst("sha256:".count).prefix(12)) } ?? "nothing"
    }

    static func row(_ component: Datum) -> String {
        let reason = component["reason"]?.text ?? ""
        return
            "component \(component["name"]?.text ?? "") \(component["version"]?.text ?? ""): \(component["state"]?.text ?? "")\(reason.isEmpty ? "" : ", \(reason)")"
    }
}
