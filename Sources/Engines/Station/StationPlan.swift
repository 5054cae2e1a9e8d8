package import Core

/// A part that the station has heard of and not yet decided.
package struct PendingPart: Hashable, Sendable {
    package let key: PartKey
    package let partNumber: UInt16
    package let ioLife: UInt32
    /// A PLC process told of it whose life we do not know.
    static let unknownLife = UInt32.max

    package init(key: PartKey, partNumber: UInt16, ioLife: UInt32) {
        self.key = key
        self.partNumber = partNumber
        self.ioLife = ioLife
    }
}

/// What the station says of a part.
package struct Decision: Hashable, Sendable {
    package let part: PendingPart
    package let verdict: Verdict
    package let reason: Reason
    package let modelCode: UInt16
    package let score: Float
    package let at: Instant

    /// The same part, as the PLC was told of it.
    func told(_ verdict: Verdict, _ reason: Reason) -> Decision {
        Decision(part: part, verdict: verdict, reason: reason, modelCode: modelCode, score: score, at: at)
    }
}

/// How the judging of a part ended.
package enum Judgement: Hashable, Sendable {
    /// The score that the model gave for this part's own frame, and the code and rule of the release that ran.
    case scored(Float, modelCode: UInt16, rule: DecisionRule)
    /// Nobody could judge it, for this reason.
    case impossible(Reason)
}

/// Which part is judged next and what is said of each: a short queue, one part at the model, and a limit for all of them.
package struct StationPlan: Sendable {
    let settings: StationSettings
    package private(set) var waiting: [PendingPart] = []
    package private(set) var atModel: PendingPart?
    /// The part at the model was decided without it: its score, when it comes, is nobody's.
    package private(set) var isAbandoned = false
    package private(set) var overflows: UInt64 = 0
    package private(set) var lateScores: UInt64 = 0

    package init(_ settings: StationSettings) {
        var settings = settings
        settings.queueDepth = max(1, settings.queueDepth)
        if settings.failSafe == .pass || settings.failSafe == .none { settings.failSafe = .reject }
        self.settings = settings
    }

    /// A part has come. Whoever waits longest makes room for it, when the queue is full.
    package mutating func trigger(_ part: PendingPart, _ now: Instant) -> Decision? {
        var crowdedOut: Decision?
        if waiting.count >= settings.queueDepth {
            overflows += 1
            crowdedOut = safely(waiting.removeFirst(), .queueFull, now)
        }
        waiting.append(part)
        return crowdedOut
    }

    /// The next part for the model, when it is free.
    package mutating func next() -> PendingPart? {
        guard atModel == nil, !waiting.isEmpty else { return nil }
        let part = waiting.removeFirst()
        atModel = part
        isAbandoned = false
        return part
    }

    /// The model is done with its part; what is to be said of it, unless that was said already.
    package mutating func finish(_ judgement: Judgement, _ now: Instant) -> Decision? {
        guard let part = atModel else { return nil }
        atModel = nil
        guard !isAbandoned else {
            lateScores += 1
            return nil
        }
        if now.since(part.key.triggered) >= settings.decideWithin { return safely(part, .timeout, now) }
        switch judgement {
        case .impossible(let reason): return safely(part, reason, now)
        case .scored(let score, let code, let rule):
            guard let (verdict, reason) = rule.judge(score) else { return safely(part, .modelError, now) }
            return Decision(part: part, verdict: verdict, reason: reason, modelCode: code, score: score, at: now)
        }
    }

    /// Decides what has waited too long.
    package mutating func expire(_ now: Instant) -> [Decision] {
        var decisions: [Decision] = []
        if let part = atModel, !isAbandoned, isOver(part, now) {
            isAbandoned = true
            decisions.append(safely(part, .timeout, now))
        }
        while let part = waiting.first, isOver(part, now) {
            waiting.removeFirst()
            decisions.append(safely(part, .timeout, now))
        }
        return decisions
    }

    /// When somebody's time is over next.
    package var nextDeadline: Instant {
        var next = Instant.distantFuture
        if let part = atModel, !isAbandoned { next = deadline(of: part) }
        if let part = waiting.first { next = min(next, deadline(of: part)) }
        return next
    }

    package func deadline(of part: PendingPart) -> Instant { part.key.triggered.advanced(by: settings.decideWithin) }

    private func isOver(_ part: PendingPart, _ now: Instant) -> Bool { now >= deadline(of: part) }

    private func safely(_ part: PendingPart, _ reason: Reason, _ now: Instant) -> Decision {
        Decision(part: part, verdict: settings.failSafe, reason: reason, modelCode: 0, score: 0, at: now)
    }
}
