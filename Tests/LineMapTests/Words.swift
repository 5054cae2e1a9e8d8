import Core
import LineMap

/// A block as it lies on the bus.
struct Words: Equatable {
    var values: [UInt16]

    init(_ values: [UInt16]) { self.values = values }

    init(_ result: LineResult) {
        var words = [UInt16](repeating: 0, count: RegisterMap.resultCount)
        result.write { words[$0] = $1 }
        values = words
    }

    init(_ request: PLCRequest) {
        var words = [UInt16](repeating: 0, count: RegisterMap.requestCount)
        request.write { words[$0] = $1 }
        values = words
    }

    subscript(_ register: RegisterMap.Result) -> UInt16 {
        get { values[register.rawValue] }
        set { values[register.rawValue] = newValue }
    }

    var result: LineResult? { LineResult { values[$0] } }
    var request: PLCRequest { PLCRequest { values[$0] } }

    /// Writes the check anew, as a node would that means what it says.
    mutating func seal() {
        var check = RegisterCheck()
        for value in values.dropLast() { check.add(value) }
        self[.check] = check.value
    }
}

extension LineResult {
    init(_ change: (inout LineResult) -> Void) {
        self.init()
        change(&self)
    }

    /// One in which no field holds what it holds by default.
    static let busy = LineResult {
        $0.heartbeat = 0x1234
        $0.status = [.ready, .valid, .stale]
        $0.state = .busy
        $0.part = 0xdead_beef
        $0.verdict = .review
        $0.reason = .defect
        $0.age = 97
        $0.modelCode = 7
        $0.score = 4_711
        $0.sequence = 0xfffe
    }
}
