import Conveyor
import Core
import LineMap
import Surfaces

/// A PLC on a clock that is turned by hand, and a node whose registers the test writes.
struct ConveyorBench {
    static let scan = 5 * Span64.millisecond

    var plan: ConveyorPlan
    var now = Instant(nanoseconds: 1_000 * Span64.second)
    /// What stands in the node's registers.
    var node: LineResult = {
        var node = LineResult()
        node.status = .ready
        return node
    }()
    var nodeBeats = true
    /// Whether the registers hold a whole result.
    var isWhole = true
    /// Everything that left, as whoever looks after each scan is told.
    var gone: [ConveyorRecord] = []

    init(_ settings: ConveyorSettings = ConveyorSettings()) { plan = ConveyorPlan(settings, now: now) }

    static func settings(_ change: (inout ConveyorSettings) -> Void) -> ConveyorSettings {
        var settings = ConveyorSettings()
        settings.surfaces.defectRate = 0
        change(&settings)
        return settings
    }

    var tally: ConveyorTally { plan.tally }

    mutating func step(after span: UInt64 = Self.scan) {
        now = now.advanced(by: span)
        if nodeBeats { node.heartbeat &+= 1 }
        plan.scan(now, isWhole ? node : nil)
        gone += plan.gone
    }

    mutating func steps(_ count: Int) { for _ in 0..<count { step() } }

    /// Writes what the node says of a part into its registers.
    mutating func say(part: UInt32, turn: UInt16, _ verdict: Verdict, _ reason: Reason? = nil) {
        node.status = [.ready, .valid]
        node.part = part
        node.sequence = turn
        node.verdict = verdict
        node.reason = reason ?? (verdict == .pass ? .ok : .defect)
    }

    mutating func saysNothing() {
        let heartbeat = node.heartbeat
        node = LineResult()
        node.heartbeat = heartbeat
        node.status = .ready
    }

    /// Says something of the part that was triggered last, and scans.
    mutating func answer(_ verdict: Verdict, _ reason: Reason? = nil) {
        say(part: plan.request.part, turn: plan.request.sequence, verdict, reason)
        step()
    }
}
