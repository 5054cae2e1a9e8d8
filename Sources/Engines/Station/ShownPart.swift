internal import Core

/// One part as the screen shows it.
struct ShownPart: Sendable {
    enum Acknowledgement: String, Sendable { case acknowledged, pending, missed, none }

    /// What a person said of it afterwards.
    struct Review: Sendable {
        let verdict: Verdict?
        let by: String
        let reason: String
    }

    let entry: UInt64
    var decision: Decision
    let wall: Int64
    var acknowledgement = Acknowledgement.pending
    var review: Review?
    var frame: KeptFrame?
    var heatmap: Heatmap?

    var key: PartKey { decision.part.key }
    var latency: UInt64 { decision.at.since(key.triggered) }
}
