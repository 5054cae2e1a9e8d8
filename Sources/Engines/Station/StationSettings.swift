package import Core

/// How a station decides. Spans are nanoseconds.
package struct StationSettings: Hashable, Sendable {
    /// How many parts may wait for the model; one more, and the oldest is decided without it.
    package var queueDepth = 2
    /// From the trigger to the moment at which a part without a score gets the fail-safe. Below the PLC process' own limit,
    /// so that the reason is told by whoever knows it.
    package var decideWithin = 90 * Span64.millisecond
    /// How long after the trigger its frame may come.
    package var frameWithin = 60 * Span64.millisecond
    /// What every part gets that the model did not judge. Never PASS.
    package var failSafe = Verdict.reject

    package init() {}
}

/// When a score means what: below the band PASS, above it REJECT, inside it REVIEW.
package struct DecisionRule: Hashable, Sendable {
    package let threshold: Float
    package let reviewFrom: Float
    package let reviewTo: Float

    package init(threshold: Float, reviewFrom: Float, reviewTo: Float) {
        self.threshold = threshold
        self.reviewFrom = reviewFrom
        self.reviewTo = reviewTo
    }

    /// What a score says; nil when it is not a score at all, or nothing to measure it by. Whatever is neither clearly below
    /// threshold and band nor clearly above both is for a person to see.
    package func judge(_ score: Float) -> (verdict: Verdict, reason: Reason)? {
        guard score.isFinite, threshold.isFinite else { return nil }
        let hasBand = reviewFrom < reviewTo
        if score < threshold, !hasBand || score < reviewFrom { return (.pass, .ok) }
        if score >= threshold, !hasBand || score >= reviewTo { return (.reject, .defect) }
        return (.review, .defect)
    }
}
