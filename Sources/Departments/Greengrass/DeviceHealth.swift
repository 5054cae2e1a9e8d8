package import Core
internal import Database
internal import JSON
internal import Recipes
internal import Records

/// What devices say of themselves and their components.
extension GreengrassDesk {
    package static let healthFilter = "$aws/things/+/greengrassv2/health/json"

    /// A report as a device sends it: whole, or only what has changed.
    package func hear(health payload: [UInt8], from thing: String) throws(ServiceProblem) {
        guard let report = try? Datum(json: payload), report["thing"]?.text ?? thing == thing else {
            throw GreengrassProblem.invalid("the report of \(thing) is not its own, or no document")
        }
        let now = Int(WallClock.milliseconds)
        let told = report["timestamp"]?.whole(in: 0...1 << 53)
        try shelf.change { [chapters] work in
            let known = try work.database.rows("SELECT reported FROM devices WHERE thing = ?", [.text(thing)]) {
                $0.int(0)
            }
            let before = known.first ?? 0
            // A device's clock may be ahead, and what it says later must still count; one that tells no time is as late as before.
            let when = told.map { Int64(min($0, now)) } ?? max(before, 1)
            // A late one must not undo what is newer.
            guard before <= when else { return }
            try Self.keep(report, of: thing, at: when, work.database)
            try Self.keep(report["components"]?.list ?? [], of: thing, at: when, work.database)
            if let names = chapters.add(report, of: thing) { try Self.forget(allBut: names, of: thing, work.database) }
        }
        if let said = report["deploymentInformation"], !said.isNull { try hear(said, from: thing) }
    }

    private static func keep(
        _ report: Datum, of thing: String, at when: Int64, _ database: Database
    ) throws(Fault) {
        let isHealthy = report["overallDeviceStatus"]?.text == "HEALTHY"
        try database.run(
            """
            INSERT INTO devices VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            ON CONFLICT DO UPDATE SET status = ?2, version = coalesce(?3, version), platform = coalesce(?4, platform),
                architecture = coalesce(?5, architecture), runtime = coalesce(?6, runtime), sequence = ?7, reported = ?8
            """,
            [
                .text(thing), .text(isHealthy ? "HEALTHY" : "UNHEALTHY"), .optional(report["ggcVersion"]?.text),
                .optional(report["platform"]?.text), .optional(report["architecture"]?.text),
                .optional(report["runtime"]?.text), .int(Int64(report["sequenceNumber"]?.whole(in: 0...1 << 53) ?? 0)),
                .int(when),
            ])
    }

    private static func forget(allBut names: [Datum], of thing: String, _ database: Database) throws(Fault) {
        try database.run(
            "DELETE FROM installed WHERE thing = ? AND component NOT IN (SELECT value FROM json_each(?))",
            [.text(thing), .json(.list(names))])
    }

    private static func keep(
        _ components: [Datum], of thing: String, at when: Int64, _ database: Database
    ) throws(Fault) {
        for component in components {
            guard let name = component["componentName"]?.text, let state = component["status"]?.text else { continue }
            guard state != "UNINSTALLED" else {
                try database.run(
                    "DELETE FROM installed WHERE thing = ? AND component = ?", [.text(thing), .text(name)])
                continue
            }
            let details = component["componentStatusDetails"]
            try database.run(
                """
                INSERT INTO installed VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)
                ON CONFLICT DO UPDATE SET
                    changed = CASE WHEN version = ?3 AND state = ?4 THEN changed ELSE ?8 END,
                    version = ?3, state = ?4, details = ?5, root = ?6, codes = ?7, reported = ?8
                """,
                [
                    .text(thing), .text(name), .text(component["version"]?.text ?? ""), .text(state),
                    .optional(details?["statusReason"]?.text), .int(component["isRoot"]?.bool == true ? 1 : 0),
                    details?["statusCodes"].map { .json($0) } ?? .null, .int(when),
                ])
        }
    }
}
