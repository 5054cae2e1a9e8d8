internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// What happened to alarms, also to those that are deleted: rows beside them, in the same change.
struct AlarmHistory: Sendable {
    enum Kind: String, CaseIterable, Sendable {
        case configuration = "ConfigurationUpdate"
        case state = "StateUpdate"
        case action = "Action"
    }

    static let table = """
        CREATE TABLE history(
            n INTEGER PRIMARY KEY AUTOINCREMENT, alarm TEXT, type TEXT, at INTEGER, kind TEXT, summary TEXT, data TEXT);
        CREATE INDEX history_alarm ON history(alarm, n);
        CREATE INDEX history_at ON history(at);
        """
    private static let ageMax: Int64 = 30 * 86_400_000
    private static let rowsMax: Int64 = 100
    private static let dataMax = 4095
    private static let summaryMax = 255

    let desk: AlarmDesk

    // MARK: writing

    static func add(
        _ kind: Kind, of alarm: Alarm, _ summary: String, _ data: Datum, at now: Int64, to database: Database
    ) throws(Fault) {
        try database.run(
            "INSERT INTO history(alarm, type, at, kind, summary, data) VALUES(?, ?, ?, ?, ?, ?)",
            [
                .text(alarm.name), .text(alarm.type), .int(now), .text(kind.rawValue),
                .text(String(summary.prefix(summaryMax))), .json(data),
            ])
        try database.run(
            """
            DELETE FROM history WHERE alarm = ?1
            AND n <= (SELECT n FROM history WHERE alarm = ?1 ORDER BY n DESC LIMIT 1 OFFSET ?2)
            """, [.text(alarm.name), .int(rowsMax)])
        try database.run("DELETE FROM history WHERE at < ?", [.int(now - ageMax)])
    }

    static func configured(_ alarm: Alarm, _ word: String, at now: Int64, _ database: Database) throws(Fault) {
        try add(
            .configuration, of: alarm, "Alarm \"\(alarm.name)\" \(word.lowercased())d",
            ["version": "1.0", "type": .text(word), "alarmArn": .text(alarm.arn)], at: now, to: database)
    }

    static func entered(_ alarm: Alarm, from before: Alarm, _ database: Database) throws(Fault) {
        var data = change(alarm, before, withData: true)
        if data.json.count > dataMax { data = change(alarm, before, withData: false) }
        try add(
            .state, of: alarm, "Alarm updated from \(before.value.rawValue) to \(alarm.value.rawValue)", data,
            at: alarm.stateAt, to: database)
    }

    private static func change(_ alarm: Alarm, _ before: Alarm, withData: Bool) -> Datum {
        func state(_ alarm: Alarm) -> Datum {
            var row: DatumMap = ["stateValue": .text(alarm.value.rawValue), "stateReason": .text(alarm.reason)]
            if withData, let data = alarm.reasonData {
                row["stateReasonData"] = (try? Datum(json: Array(data.utf8))) ?? .text(data)
            }
            return .map(row)
        }
        return ["version": "1.0", "oldState": state(before), "newState": state(alarm)]
    }

    // MARK: telling

    var operation: Operation {
        Operation(
            "DescribeAlarmHistory",
            [
                Member("AlarmName", 1...255), AlarmOperations.types,
                Member("HistoryItemType", words: Kind.allCases.map(\.rawValue)),
                Member("StartDate", .time), Member("EndDate", .time), Member("MaxRecords", .whole, 1...100),
                Member("NextToken"), Member("ScanBy", words: ["TimestampDescending", "TimestampAscending"]),
                Member("AlarmContributorId", 1...1024),
            ], on: { call in call.text("AlarmName").map { [desk.arn($0)] } ?? ["*"] }
        ) { call throws(ServiceProblem) in try describe(call) }
    }

    private func describe(_ call: Call) throws(ServiceProblem) -> Datum {
        if call.text("AlarmContributorId") != nil {
            throw MetricOperations.invalid("The parameter AlarmContributorId is not supported: no alarm here has any.")
        }
        let limit = call.whole("MaxRecords") ?? 100
        let isUp = call.text("ScanBy") == "TimestampAscending"
        // Who names an alarm knows of which type it is; else those of metrics alone are told, as with AWS.
        let usual = call.text("AlarmName") == nil ? ["MetricAlarm"] : ["MetricAlarm", "CompositeAlarm"]
        let types = call.texts("AlarmTypes")
        let values: [SQLValue] = [
            .optional(call.text("AlarmName")), .text((types.isEmpty ? usual : types).joined(separator: " ")),
            .optional(call.text("HistoryItemType")), .int(call.milliseconds("StartDate") ?? 0),
            .int(call.milliseconds("EndDate") ?? .max), .int(try place(call, isUp)), .int(Int64(limit + 1)),
        ]
        let rows = try desk.shelf.read { database throws(Fault) in
            try database.rows(
                """
                SELECT n, alarm, type, at, kind, summary, data FROM history
                WHERE (?1 IS NULL OR alarm = ?1) AND instr(?2, type) > 0 AND (?3 IS NULL OR kind = ?3)
                AND at BETWEEN ?4 AND ?5 AND n \(isUp ? ">" : "<") ?6 ORDER BY n \(isUp ? "ASC" : "DESC") LIMIT ?7
                """, values
            ) { ($0.int(0), Self.shown($0, call)) }
        }
        let next = rows.count > limit ? Datum.text(Paging.token(after: "\(rows[limit - 1].0)")) : .null
        return ["AlarmHistoryItems": .list(rows.prefix(limit).map(\.1)), "NextToken": next]
    }

    private func place(_ call: Call, _ isUp: Bool) throws(ServiceProblem) -> Int64 {
        guard let token = call.text("NextToken") else { return isUp ? 0 : .max }
        guard let number = Int64(try Paging.key(in: token, AlarmOperations.badToken)) else {
            throw ServiceProblem(AlarmOperations.badToken, "The specified token is not valid.")
        }
        return number
    }

    private static func shown(_ row: Statement, _ call: Call) -> Datum {
        [
            "AlarmName": .text(row.text(1)), "AlarmType": .text(row.text(2)), "Timestamp": call.time(row.int(3)),
            "HistoryItemType": .text(row.text(4)), "HistorySummary": .text(row.text(5)),
            "HistoryData": .text(row.text(6)),
        ]
    }
}
