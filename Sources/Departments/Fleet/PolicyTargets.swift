internal import AWSProtocol
internal import Core
internal import Database
internal import Records

/// Which policy speaks for which certificate or group.
struct PolicyTargets: Sendable {
    let desk: FleetDesk
    private static let target = Member("target", required: true, 1...2048)

    var operations: [Operation] {
        let on = FleetDesk.on("policy", "policyName")
        return [
            Operation(
                "AttachPolicy", [DevicePolicies.name, Self.target],
                at: RestPlace("PUT", "/target-policies/{policyName}"), on: on
            ) { call throws(ServiceProblem) in
                try change(call, "INSERT OR IGNORE INTO attachments VALUES(?, ?)")
            },
            Operation(
                "DetachPolicy", [DevicePolicies.name, Self.target],
                at: RestPlace("POST", "/target-policies/{policyName}"), on: on
            ) { call throws(ServiceProblem) in
                try change(call, "DELETE FROM attachments WHERE target = ? AND policy = ?")
            },
            Operation(
                "ListAttachedPolicies", TablePage.marking + [Self.target, Member("recursive", .flag)],
                at: RestPlace("POST", "/attached-policies/{target}", asking: ["recursive", "marker", "pageSize"]),
                on: { [$0["target"]] }
            ) { call throws(ServiceProblem) in try policies(call) },
            Operation(
                "ListTargetsForPolicy", TablePage.marking + [DevicePolicies.name],
                at: RestPlace("POST", "/policy-targets/{policyName}", asking: ["marker", "pageSize"]), on: on
            ) { call throws(ServiceProblem) in
                let name = call["policyName"]
                let isThere = try desk.shelf.read { database throws(Fault) in
                    try DevicePolicies.find(name, database) != nil
                }
                guard isThere else { throw DevicePolicies.missing(name) }
                let list = try TablePage(
                    desk.shelf, call, "SELECT target AS key FROM attachments WHERE policy = ?1", [.text(name)]
                ) { .text($0.text(0)) }
                return ["targets": .list(list.rows), "nextMarker": list.next]
            },
        ]
    }

    private func change(_ call: Call, _ sql: String) throws(ServiceProblem) -> Datum {
        let (name, target) = (call["policyName"], call["target"])
        try desk.shelf.change { [desk] work in
            guard try DevicePolicies.find(name, work.database) != nil else { throw DevicePolicies.missing(name) }
            try Self.check(target, work.database, desk)
            try work.database.run(sql, [.text(target), .text(name)])
        }
        return .null
    }

    /// A target is a certificate or a group that is there.
    private static func check(_ target: String, _ database: Database, _ desk: FleetDesk) throws {
        if let id = desk.name(in: target, "cert") {
            guard try Certificates.find(id, database) != nil else { throw Certificates.missing(id) }
        } else if let group = desk.name(in: target, "thinggroup") {
            guard try ThingGroups.find(group, database) != nil else {
                throw FleetProblem.missing("Thing group \(group)")
            }
        } else {
            throw FleetProblem.invalid(
                "\(target.prefix(200)) is not the ARN of a certificate or a thing group of this account")
        }
    }

    private func policies(_ call: Call) throws(ServiceProblem) -> Datum {
        let target = call["target"]
        try desk.shelf.consult { [desk] database in try Self.check(target, database, desk) }
        let select =
            call.flag("recursive")
            ? "SELECT DISTINCT policy AS key FROM attachments WHERE \(Self.reaching)"
            : "SELECT policy AS key FROM attachments WHERE target = ?1"
        let values: [SQLValue] =
            call.flag("recursive") ? Self.values(reaching: target, desk) : [.text(target)]
        let list = try TablePage(desk.shelf, call, select, values) { [desk] in DevicePolicies.named($0.text(0), desk) }
        return ["policies": .list(list.rows), "nextMarker": list.next]
    }

    // MARK: what reaches a certificate

    /// Attachments to a target itself, and to the groups, and those above them, of the things that hold it.
    static let reaching = """
        target = ?1 OR target IN (
            WITH RECURSIVE held(grp) AS (
                SELECT members.grp FROM members JOIN holders ON holders.thing = members.thing WHERE holders.certificate = ?2
                UNION SELECT groups.parent FROM groups WHERE groups.name = ?3
                UNION SELECT groups.parent FROM groups JOIN held ON groups.name = held.grp WHERE groups.parent IS NOT NULL)
            SELECT ?4 || grp FROM held WHERE grp IS NOT NULL)
        """

    static func values(reaching target: String, _ desk: FleetDesk) -> [SQLValue] {
        [
            .text(target), .text(desk.name(in: target, "cert") ?? ""), .text(desk.name(in: target, "thinggroup") ?? ""),
            .text(desk.arn("thinggroup/")),
        ]
    }
}
