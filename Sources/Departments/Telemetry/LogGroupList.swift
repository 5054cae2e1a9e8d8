internal import AWSProtocol
internal import Core
internal import Records

/// Which log groups there are.
struct LogGroupList: Sendable {
    static let onlyClass = "STANDARD"
    let desk: LogsDesk

    func answer(_ call: Call) throws(ServiceProblem) -> Datum {
        try check(call)
        let records = desk.shelf.records
        let wanted = Set(call.texts("logGroupIdentifiers").map { LogsDesk.groupName($0) })
        let pattern = call.text("logGroupNamePattern")?.lowercased()
        let isClassThere = call.text("logGroupClass") ?? Self.onlyClass == Self.onlyClass
        let keys = records.keys(LogsDesk.group, prefix: call.text("logGroupNamePrefix") ?? "").filter { key in
            isClassThere && (wanted.isEmpty || wanted.contains(key))
                && (pattern.map { key.lowercased().contains($0) } ?? true)
        }
        let (part, next) = try Paging.part(
            keys, token: call.text("nextToken"), limit: call.whole("limit") ?? 50,
            invalid: "InvalidParameterException")
        let rows = part.compactMap { records[LogsDesk.group, $0] }.map(shown)
        return ["logGroups": .list(rows), "nextToken": next.map(Datum.text) ?? .null]
    }

    private func check(_ call: Call) throws(ServiceProblem) {
        let names = ["logGroupNamePrefix", "logGroupNamePattern", "logGroupIdentifiers"]
        let given = names.filter { !(call.input[$0] ?? .null).isNull }
        guard given.count < 2 else {
            throw LogsDesk.invalid("\(given.joined(separator: " and ")) are mutually exclusive parameters.")
        }
        if given == ["logGroupIdentifiers"], call.text("logGroupClass") != nil {
            throw LogsDesk.invalid("logGroupIdentifiers and logGroupClass are mutually exclusive parameters.")
        }
        guard let stranger = call.texts("accountIdentifiers").first(where: { $0 != call.account }) else { return }
        throw LogsDesk.invalid("The account \(stranger.prefix(40)) is not linked with this one.")
    }

    private func shown(_ group: Datum) -> Datum {
        [
            "logGroupName": group["logGroupName"] ?? .null, "creationTime": group["creationTime"] ?? .null,
            "retentionInDays": group["retentionInDays"] ?? .null, "metricFilterCount": 0,
            "arn": .text((group["arn"]?.text ?? "") + ":*"), "logGroupArn": group["arn"] ?? .null,
            "storedBytes": 0, "logGroupClass": .text(Self.onlyClass),
            LogsDesk.protection: group[LogsDesk.protection] ?? false,
        ]
    }
}
