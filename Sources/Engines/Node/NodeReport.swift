internal import Components
internal import Core
internal import Crypto
internal import Depot
internal import Process
internal import Recipes
internal import Spool

/// The node as its door tells it.
struct NodeReport {
    let house: NodeHouse
    private let contents: NodeBoard.Contents

    init(_ house: NodeHouse) {
        self.house = house
        contents = house.board.now
    }

    var status: Datum {
        [
            "now": .text(CivilTime(milliseconds: Int64(WallClock.milliseconds)).iso),
            "thing": .text(house.plan.thingName),
            "version": .text(house.plan.version), "pid": .whole(Int(ProcessFacts.ownPid)),
            "root": .text(house.plan.root), "places": .list(places),
            "deployment": deployment, "components": .list(components), "stations": .list(stations),
            "drift": .list(drift),
            "spool": spool, "drift_count": .whole(contents.driftCount), "as_wanted": .bool(complaints.isEmpty),
            "complaints": .list(complaints.map { .text($0) }),
        ]
    }

    private var places: [Datum] {
        contents.record.places.sorted { $0.key < $1.key }.map { place, pointers in
            [
                "place": .text(place.description), "active": Self.word(pointers.active),
                "good": Self.word(pointers.good),
                "before": Self.word(pointers.before), "candidate": Self.word(pointers.candidate),
                "held": .list(pointers.held.map { Self.word($0) }),
            ]
        }
    }

    private var spool: Datum {
        guard let state = try? house.spool.state else { return .null }
        return [
            "waiting": .whole(state.events + state.waiting), "bytes": .whole(state.fileBytes),
            "dropped": .whole(state.dropped.events),
            "sent": .whole(state.sent), "set_aside": .whole(state.dead),
            "disk": state.diskTrouble.map(Datum.text) ?? .null, "uplink": state.uplinkTrouble.map(Datum.text) ?? .null,
        ]
    }

    private static func word(_ digest: SHA256Digest?) -> Datum { digest.map { .text("sha256:\($0)") } ?? .null }

    private var deployment: Datum {
        guard let running = contents.record.running else { return .null }
        return [
            "id": .text(running.deployment.id), "group": .text(running.deployment.group),
            "phase": .text(contents.phase),
            "reason": .text(contents.reason),
        ]
    }

    var components: [Datum] {
        house.house.rows.map { row in
            [
                "name": .text(row.name), "version": .text(row.version), "state": .text(row.state.rawValue),
                "reason": .text(row.reason), "pid": row.pid.map { .whole(Int($0)) } ?? .null,
                "starts": .whole(Int(row.starts)), "since": .text(CivilTime(milliseconds: Int64(row.since)).iso),
                "waits_for": .list(row.waitsFor.map { .text($0) }),
            ]
        }
    }

    private var stations: [Datum] {
        contents.stations.map { station in
            let release = station.state?["release"]
            return [
                "name": .text(station.name), "page": .text(station.page), "state": station.state?["state"] ?? .null,
                "release": release?["digest"] ?? .null, "version": release?["version"] ?? .null,
                "phase": release?["phase"] ?? .null, "parts": release?["parts"] ?? .null,
                "rollback": station.state?["rollback"] ?? .null, "alarms": station.state?["alarms"] ?? .null,
                "restarts": .whole(station.restarts),
            ]
        }
    }

    private var drift: [Datum] {
        contents.drift.map { drift in
            [
                "path": .text(drift.path), "at": .text(CivilTime(milliseconds: drift.wall).iso),
                "repaired": .bool(drift.isRepaired),
            ]
        }
    }

    /// What is not as the record wants it.
    private var complaints: [String] {
        let rows = house.house.rows.filter { $0.state == .broken || $0.state == .errored }
        let down = contents.stations.filter { $0.state == nil }
        return absences + rows.map { "component \($0.name) is \($0.state.rawValue): \($0.reason)" }
            + down.map { "station \($0.name) does not answer" } + contents.stations.compactMap(Self.stray)
            + contents.stations.compactMap(Self.concern)
    }

    /// What is wanted and nowhere to be seen.
    private var absences: [String] {
        let there = Set(house.house.rows.map(\.name))
        let lost = contents.configurations.keys.filter { !there.contains($0) }.sorted()
        return contents.missing.sorted { $0.key < $1.key }.map { "\($0.key) cannot be brought back: \($0.value)" }
            + lost.map { "component \($0) is not there" }
            + [contents.doorTrouble].compactMap(\.self)
    }

    /// A station that runs something else than it is to run: it went back by itself, or a person made it.
    private static func stray(_ station: NodeBoard.Station) -> String? {
        guard let wanted = station.wanted, let state = station.state, let runs = state["release"]?["digest"]?.text,
            runs != wanted
        else { return nil }
        return
            "station \(station.name) runs release \(state["release"]?["version"]?.text ?? runs), and another one is wanted"
    }

    /// Alarms of a station that a person has to see about.
    private static let concerns: Set<String> = ["RELEASE_HELD", "RELEASE_REFUSED", "ROLLED_BACK"]

    private static func concern(_ station: NodeBoard.Station) -> String? {
        let alarm = station.state?["alarms"]?.list?.first { $0["code"]?.text.map(concerns.contains) ?? false }
        if let alarm { return "station \(station.name): \(alarm["code"]?.text ?? ""), \(alarm["text"]?.text ?? "")" }
        return station.state?["state"]?.text == "FAULT" ? "station \(station.name) is in FAULT" : nil
    }

    // MARK: deployments

    var deployments: Datum {
        var list: [Datum] = []
        if let running = contents.record.running { list.append(Self.row(running.deployment, contents)) }
        return .list(list + contents.record.history.reversed().map(Self.row))
    }

    func deployment(_ id: String) -> Datum? {
        if let running = contents.record.running, running.deployment.id == id {
            return Self.row(running.deployment, contents)
        }
        return contents.record.finished(id).map(Self.row)
    }

    private static func row(_ deployment: Deployment, _ contents: NodeBoard.Contents) -> Datum {
        [
            "id": .text(deployment.id), "group": .text(deployment.group), "created": .whole(Int(deployment.created)),
            "result": .null, "phase": .text(contents.phase), "reason": .text(contents.reason), "finished": .null,
        ]
    }

    static func row(_ finished: FinishedDeployment) -> Datum {
        [
            "id": .text(finished.id), "group": .text(finished.group), "created": .whole(Int(finished.created)),
            "result": .text(finished.result.rawValue), "phase": "done", "reason": .text(finished.reason),
            "finished": .text(CivilTime(milliseconds: Int64(finished.finished)).iso),
        ]
    }

    func configuration(_ name: String) -> Datum? { contents.configurations[name] }

    // MARK: numbers

    /// For Prometheus.
    var metrics: String {
        var lines = [
            "# HELP lineside_component_up Whether a component is as it should be.",
            "# TYPE lineside_component_up gauge",
        ]
        for row in house.house.rows {
            let isUp = row.state == .running || row.state == .finished
            lines.append("lineside_component_up{component=\"\(row.name)\",version=\"\(row.version)\"} \(isUp ? 1 : 0)")
        }
        lines += [
            "# HELP lineside_component_starts_total Starts of a component.",
            "# TYPE lineside_component_starts_total counter",
        ]
        for row in house.house.rows {
            lines.append("lineside_component_starts_total{component=\"\(row.name)\"} \(row.starts)")
        }
        lines += ["# HELP lineside_station_up Whether a station answers.", "# TYPE lineside_station_up gauge"]
        for station in contents.stations {
            lines.append("lineside_station_up{station=\"\(station.name)\"} \(station.state == nil ? 0 : 1)")
        }
        lines += [
            "# HELP lineside_drift_total Files that somebody changed, and that were put back.",
            "# TYPE lineside_drift_total counter",
            "lineside_drift_total \(contents.driftCount)",
            "# HELP lineside_deployments Deployments that are remembered, by result.",
            "# TYPE lineside_deployments gauge",
        ]
        for result in DeploymentResult.allCases {
            let count = contents.record.history.count { $0.result == result }
            lines.append("lineside_deployments{result=\"\(result.rawValue)\"} \(count)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
