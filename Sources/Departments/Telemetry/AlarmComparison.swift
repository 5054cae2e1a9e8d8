/// How a value is held against a threshold.
enum AlarmComparison: String, CaseIterable, Sendable {
    case greaterOrEqual = "GreaterThanOrEqualToThreshold"
    case greater = "GreaterThanThreshold"
    case less = "LessThanThreshold"
    case lessOrEqual = "LessThanOrEqualToThreshold"

    /// Those that hold against a band around what is expected.
    static let ofBands = [
        "LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold",
    ]

    func holds(_ value: Double, _ threshold: Double) -> Bool {
        switch self {
        case .greaterOrEqual: value >= threshold
        case .greater: value > threshold
        case .less: value < threshold
        case .lessOrEqual: value <= threshold
        }
    }

    var words: String {
        switch self {
        case .greaterOrEqual: "greater than or equal to"
        case .greater: "greater than"
        case .less: "less than"
        case .lessOrEqual: "less than or equal to"
        }
    }

    var isBelow: Bool { self == .less || self == .lessOrEqual }
}
