internal import Core

/// What an alarm may be in, as AWS writes it.
enum AlarmValue: String, CaseIterable, Sendable {
    case ok = "OK"
    case alarm = "ALARM"
    case insufficientData = "INSUFFICIENT_DATA"

    static let words = allCases.map(\.rawValue)

    /// The member that lists what is to be done on the way into it.
    var actions: String {
        switch self {
        case .ok: "OKActions"
        case .alarm: "AlarmActions"
        case .insufficientData: "InsufficientDataActions"
        }
    }
}

/// What an alarm was found to be, and why.
struct AlarmFinding: Hashable, Sendable {
    let value: AlarmValue
    let reason: String
    /// A JSON text.
    let data: String?
}

extension CivilTime {
    /// As alarms write it within their JSON texts: `2026-11-20T07:14:01.123+0000`.
    var alarmText: String { "\(iso.dropLast())+0000" }
}
