internal import AWSProtocol
internal import Core

/// An alarm as its record has it: what was put and what it is in, under the names of the wire; times in milliseconds.
struct Alarm: Sendable {
    static let actions = ["OKActions", "AlarmActions", "InsufficientDataActions"]
    static let times = [
        "AlarmConfigurationUpdatedTimestamp", "StateUpdatedTimestamp", "StateTransitionedTimestamp",
    ]
    /// The hub's own members.
    private static let hidden = ["Tags", "Children", "Seen", "SetByHand"]

    /// A state that was set by hand is seen by whoever set it, and by composite alarms, before points are asked again.
    private static let holdMilliseconds: Int64 = 3_000

    private(set) var record: DatumMap

    init(_ record: DatumMap) { self.record = record }

    var name: String { record["AlarmName"]?.text ?? "" }
    var arn: String { record["AlarmArn"]?.text ?? "" }
    var isComposite: Bool { record["AlarmRule"] != nil }
    var type: String { isComposite ? "CompositeAlarm" : "MetricAlarm" }
    var value: AlarmValue { record["StateValue"]?.text.flatMap(AlarmValue.init) ?? .insufficientData }
    var reason: String { record["StateReason"]?.text ?? "" }
    var reasonData: String? { record["StateReasonData"]?.text }
    var stateAt: Int64 { Int64(record["StateUpdatedTimestamp"]?.whole ?? 0) }
    /// When somebody last said what it is in; 0 for never.
    var setByHandAt: Int64 { Int64(record["SetByHand"]?.whole ?? 0) }
    /// The alarms that a composite one is made of.
    var children: [String] { record["Children"]?.list?.compactMap(\.text) ?? [] }
    /// What its children were in when it was last judged; nil before that.
    var seen: Datum? { record["Seen"] }

    /// The ARNs that are to hear that it came into what it is in.
    var targets: [String] {
        guard record["ActionsEnabled"]?.bool ?? true else { return [] }
        return texts(value.actions)
    }

    /// Whether somebody set it just now. A clock that has gone back holds nothing.
    func isHeld(at now: Int64) -> Bool { (setByHandAt..<setByHandAt + Self.holdMilliseconds).contains(now) }

    func texts(_ name: String) -> [String] { record[name]?.list?.compactMap(\.text) ?? [] }

    // MARK: changing

    mutating func enter(_ finding: AlarmFinding, at now: Int64) {
        if finding.value != value { record["StateTransitionedTimestamp"] = .whole(Int(now)) }
        record["StateValue"] = .text(finding.value.rawValue)
        record["StateReason"] = .text(finding.reason)
        record["StateReasonData"] = finding.data.map(Datum.text)
        record["StateUpdatedTimestamp"] = .whole(Int(now))
    }

    mutating func note(seen: Datum) { record["Seen"] = seen }
    mutating func note(setByHandAt now: Int64) { record["SetByHand"] = .whole(Int(now)) }
    mutating func note(tags: [Datum]) { record["Tags"] = .list(tags) }

    mutating func allowActions(_ isAllowed: Bool, at now: Int64) {
        record["ActionsEnabled"] = .bool(isAllowed)
        record["AlarmConfigurationUpdatedTimestamp"] = .whole(Int(now))
    }

    /// A new definition for what is there already: its state and its tags stay.
    mutating func keep(from old: Alarm) {
        let kept = [
            "StateValue", "StateReason", "StateReasonData", "StateUpdatedTimestamp", "StateTransitionedTimestamp",
            "SetByHand", "Tags",
        ]
        for name in kept { record[name] = old.record[name] }
    }

    // MARK: telling

    func shown(_ call: Call) -> Datum {
        var row = record
        for name in Self.hidden { row[name] = nil }
        for name in Self.times { if let at = row[name]?.whole { row[name] = call.time(Int64(at)) } }
        return .map(row)
    }
}
