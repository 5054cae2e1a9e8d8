/// What is said of a part. `none` is what stands in the registers before anything was decided.
package enum Verdict: UInt16, Hashable, Sendable, CaseIterable {
    case none = 0
    case pass = 1
    case reject = 2
    case review = 3

    package var name: String {
        switch self {
        case .none: "NONE"
        case .pass: "PASS"
        case .reject: "REJECT"
        case .review: "REVIEW"
        }
    }

    package init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }
}

/// Why a part got its verdict.
package enum Reason: UInt16, Hashable, Sendable, CaseIterable {
    case ok = 0
    case defect = 1
    case timeout = 2
    case stale = 3
    case idMismatch = 4
    case queueFull = 5
    case noModel = 6
    case modelError = 7
    case inputInvalid = 8
    case deviceFault = 9
    case bypass = 10

    package var name: String {
        switch self {
        case .ok: "OK"
        case .defect: "DEFECT"
        case .timeout: "TIMEOUT"
        case .stale: "STALE"
        case .idMismatch: "ID_MISMATCH"
        case .queueFull: "QUEUE_FULL"
        case .noModel: "NO_MODEL"
        case .modelError: "MODEL_ERROR"
        case .inputInvalid: "INPUT_INVALID"
        case .deviceFault: "DEVICE_FAULT"
        case .bypass: "BYPASS"
        }
    }

    /// Whether the model itself judged the part; every other reason is the fail-safe's.
    package var isJudgement: Bool { self == .ok || self == .defect }
}

/// What a station does at the moment, as the PLC and the people at the line see it.
package enum StationState: UInt16, Hashable, Sendable, CaseIterable {
    case boot = 0
    case noModel = 1
    case warming = 2
    case ready = 3
    case busy = 4
    case fault = 5

    package var name: String {
        switch self {
        case .boot: "BOOT"
        case .noModel: "NO_MODEL"
        case .warming: "WARMING"
        case .ready: "READY"
        case .busy: "BUSY"
        case .fault: "FAULT"
        }
    }
}

/// Which part a trigger, a frame or a verdict belongs to: the PLC's own number, the trigger's turn, and the moment it was seen.
/// All three must agree; a number alone comes back after a PLC restart, and a turn after 65,535 parts.
package struct PartKey: Hashable, Sendable {
    package let part: UInt32
    package let sequence: UInt16
    package let triggered: Instant

    package init(part: UInt32, sequence: UInt16, triggered: Instant) {
        self.part = part
        self.sequence = sequence
        self.triggered = triggered
    }
}
