internal import AWSProtocol
internal import Core
internal import JSON
internal import Records

/// Dashboards: documents that are kept for whoever draws them.
struct Dashboards: Sendable {
    private static let dashboardsMax = 500
    private static let nameMax = 255
    private static let bodyMax = 1 << 20
    private static let pageSize = 100

    let desk: AlarmDesk

    var operations: [Operation] {
        let name = Member("DashboardName", required: true)
        let resources: Operation.Resources = { [desk.dashboardARN($0["DashboardName"])] }
        return [
            Operation(
                "PutDashboard", [name, Member("DashboardBody", required: true), AlarmTags.member], on: resources
            ) { call throws(ServiceProblem) in try put(call) },
            Operation("GetDashboard", [name], on: resources) { call throws(ServiceProblem) in
                let name = call["DashboardName"]
                guard let record = desk.shelf.records[AlarmDesk.Kind.dashboard, name] else {
                    throw Self.missing([name])
                }
                return [
                    "DashboardArn": .text(desk.dashboardARN(name)), "DashboardBody": record["Body"] ?? .null,
                    "DashboardName": .text(name),
                ]
            },
            Operation("ListDashboards", [Member("DashboardNamePrefix", 0...Self.nameMax), Member("NextToken")]) {
                call throws(ServiceProblem) in
                try list(call)
            },
            Operation(
                "DeleteDashboards", [Member("DashboardNames", .list(.text), required: true, 0...100)],
                on: { call in call.texts("DashboardNames").map { desk.dashboardARN($0) } }
            ) { call throws(ServiceProblem) in try delete(call) },
        ]
    }

    private static func missing(_ names: [String]) -> ServiceProblem {
        ServiceProblem(
            "DashboardNotFoundError", "Dashboard \(names.joined(separator: ", ")) does not exist.", status: 404)
    }

    private func put(_ call: Call) throws(ServiceProblem) -> Datum {
        let (name, body) = (call["DashboardName"], call["DashboardBody"])
        guard (1...Self.nameMax).contains(name.count), name.isMadeOfLetters(and: "-_") else {
            throw ServiceProblem(
                "DashboardInvalidInputError",
                "The field DashboardName must have 1 to \(Self.nameMax) letters, digits, '-' and '_'.")
        }
        guard body.utf8.count <= Self.bodyMax else {
            throw ServiceProblem(
                "DashboardInvalidInputError", "The field DashboardBody may have \(Self.bodyMax) bytes.")
        }
        try DashboardCheck.check(body)
        let tags = try AlarmTags.checked(call.list("Tags"))
        let now = Int(WallClock.milliseconds)
        try desk.shelf.change { shelf in
            let old = shelf.records[AlarmDesk.Kind.dashboard, name]
            guard old != nil || shelf.records.count(AlarmDesk.Kind.dashboard) < Self.dashboardsMax else {
                throw ServiceProblem("DashboardInvalidInputError", "There may be \(Self.dashboardsMax) dashboards.")
            }
            shelf.records[AlarmDesk.Kind.dashboard, name] = [
                "Body": .text(body), "LastModified": .whole(now), "Tags": old?["Tags"] ?? .list(tags),
            ]
        }
        return ["DashboardValidationMessages": []]
    }

    private func list(_ call: Call) throws(ServiceProblem) -> Datum {
        let records = desk.shelf.records
        let keys = records.keys(AlarmDesk.Kind.dashboard, prefix: call.text("DashboardNamePrefix") ?? "")
        let (part, next) = try Paging.part(
            keys, token: call.text("NextToken"), limit: Self.pageSize, invalid: MetricProblem.invalidCode)
        let rows = part.compactMap { name in records[AlarmDesk.Kind.dashboard, name].map { shown(name, $0, call) } }
        return ["DashboardEntries": .list(rows), "NextToken": next.map(Datum.text) ?? .null]
    }

    private func shown(_ name: String, _ record: Datum, _ call: Call) -> Datum {
        [
            "DashboardName": .text(name), "DashboardArn": .text(desk.dashboardARN(name)),
            "LastModified": call.time(Int64(record["LastModified"]?.whole ?? 0)),
            "Size": .whole(record["Body"]?.text?.utf8.count ?? 0),
        ]
    }

    /// All or none, as AWS has it.
    private func delete(_ call: Call) throws(ServiceProblem) -> Datum {
        let names = call.texts("DashboardNames")
        try desk.shelf.change { shelf in
            let strangers = names.filter { shelf.records[AlarmDesk.Kind.dashboard, $0] == nil }
            guard strangers.isEmpty else { throw Self.missing(strangers) }
            for name in names { shelf.records[AlarmDesk.Kind.dashboard, name] = nil }
        }
        return [:]
    }
}
