internal import Core
internal import JSON

/// What a composite alarm is to be, by what its children are in.
struct CompositeVerdict: Sendable {
    /// Data may have 4,000 letters.
    private static let childrenMax = 8
    let alarm: Alarm
    let finding: AlarmFinding
    /// What the children were in.
    let seen: Datum

    /// Nil where nothing has changed for it.
    init?(_ alarm: Alarm, among known: [String: Alarm], _ desk: AlarmDesk) {
        let children = alarm.children.compactMap { known[$0] }
        let seen = Datum.map(DatumMap(children.map { ($0.name, .text($0.value.rawValue)) }))
        guard seen != alarm.seen, let text = alarm.record["AlarmRule"]?.text,
            let rule = try? AlarmRule(parsing: text)
        else { return nil }
        let holds = rule.holds { known[desk.name(of: $0)]?.value ?? .insufficientData }
        let value = holds ? AlarmValue.alarm : .ok
        let changed = children.filter { alarm.seen?[$0.name]?.text != $0.value.rawValue }
        self.alarm = alarm
        self.seen = seen
        finding = AlarmFinding(
            value: value, reason: Self.reason(alarm, value, changed.max { $0.stateAt < $1.stateAt }),
            data: Self.data(changed))
    }

    private static func reason(_ alarm: Alarm, _ value: AlarmValue, _ child: Alarm?) -> String {
        guard alarm.seen != nil, let child else {
            return "\(alarm.arn) was created or updated and its alarm rule evaluates to \(value.rawValue)"
        }
        let at = CivilTime(milliseconds: child.stateAt).alarmText
        return "\(child.arn) transitioned to \(child.value.rawValue) at \(at)"
    }

    private static func data(_ children: [Alarm]) -> String {
        let rows = children.prefix(childrenMax).map { child -> Datum in
            [
                "arn": .text(child.arn),
                "state": [
                    "value": .text(child.value.rawValue),
                    "timestamp": .text(CivilTime(milliseconds: child.stateAt).alarmText),
                ],
            ]
        }
        return String(decoding: (["triggeringAlarms": .list(rows)] as Datum).json, as: UTF8.self)
    }
}
