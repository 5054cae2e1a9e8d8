internal import Core
internal import JSON

/// The event that tells of an alarm's change, as AWS sends it.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html>
struct AlarmEvent: Sendable {
    let alarm: Alarm
    let before: Alarm
    let account: String
    let region: String

    var json: [UInt8] {
        let event: Datum = [
            "version": "0", "id": .text(UniqueID.random()), "detail-type": "CloudWatch Alarm State Change",
            "source": "aws.cloudwatch", "account": .text(account),
            "time": .text(CivilTime(milliseconds: alarm.stateAt).isoSeconds), "region": .text(region),
            "resources": [.text(alarm.arn)],
            "detail": [
                "alarmName": .text(alarm.name), "state": Self.state(alarm), "previousState": Self.state(before),
                "configuration": configuration,
            ],
        ]
        return event.json
    }

    private static func state(_ alarm: Alarm) -> Datum {
        var state: DatumMap = ["value": .text(alarm.value.rawValue), "reason": .text(alarm.reason)]
        state["reasonData"] = alarm.reasonData.map(Datum.text)
        state["timestamp"] = .text(CivilTime(milliseconds: alarm.stateAt).alarmText)
        return .map(state)
    }

    private var configuration: Datum {
        var row = DatumMap()
        row["description"] = alarm.record["AlarmDescription"]
        if let rule = alarm.record["AlarmRule"] {
            row["alarmRule"] = rule
        } else if let queries = alarm.record["Metrics"]?.list {
            row["metrics"] = .list(queries.map(Self.query))
        } else {
            let stat: Datum = [
                "Metric": .map(alarm.record), "Period": alarm.record["Period"] ?? .null,
                "Stat": alarm.record["Statistic"] ?? alarm.record["ExtendedStatistic"] ?? .null,
                "Unit": alarm.record["Unit"] ?? .null,
            ]
            row["metrics"] = [["id": "m1", "metricStat": Self.stat(stat), "returnData": true]]
        }
        return .map(row)
    }

    private static func query(_ query: Datum) -> Datum {
        var row = DatumMap()
        row["id"] = query["Id"]
        row["expression"] = query["Expression"]
        row["metricStat"] = query["MetricStat"].map(stat)
        row["label"] = query["Label"]
        row["returnData"] = query["ReturnData"] ?? true
        return .map(row)
    }

    private static func stat(_ stat: Datum) -> Datum {
        let metric = stat["Metric"]
        let pairs = (metric?["Dimensions"]?.list ?? []).map { ($0["Name"]?.text ?? "", $0["Value"] ?? .null) }
        var row: DatumMap = [
            "metric": [
                "dimensions": .map(DatumMap(pairs)), "name": metric?["MetricName"] ?? .null,
                "namespace": metric?["Namespace"] ?? .null,
            ]
        ]
        row["period"] = stat["Period"]
        row["stat"] = stat["Stat"]
        if let unit = stat["Unit"], !unit.isNull { row["unit"] = unit }
        return .map(row)
    }
}
