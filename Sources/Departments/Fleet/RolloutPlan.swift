internal import Core

/// How fast things are told of a job, and when it is broken off.
struct RolloutPlan: Hashable, Sendable {
    private let settings: Datum

    init(_ settings: Datum) { self.settings = settings }

    /// How many things may be told of it in a minute, when so many were told and so many are done; nil for all at once.
    func rate(told: Int, succeeded: Int) -> Int? {
        let rollout = settings["jobExecutionsRolloutConfig"]
        let most = rollout?["maximumPerMinute"]?.whole
        guard let growing = rollout?["exponentialRate"], let base = growing["baseRatePerMinute"]?.whole else {
            return most
        }
        let criteria = growing["rateIncreaseCriteria"]
        let steps =
            if let each = criteria?["numberOfNotifiedThings"]?.whole, each > 0 {
                told / each
            } else if let each = criteria?["numberOfSucceededThings"]?.whole, each > 0 {
                succeeded / each
            } else { 0 }
        var rate = Double(base)
        for _ in 0..<min(steps, 64) { rate = min(rate * (growing["incrementFactor"]?.number ?? 1), 1e6) }
        return min(Int(rate), most ?? .max)
    }

    /// Whether so many ends of these kinds are too many bad ones.
    func isToBeAborted(_ tally: [String: Int]) -> Bool {
        let ended = JobRun.ends.reduce(0) { $0 + (tally[$1] ?? 0) }
        return (settings["abortConfig"]?["criteriaList"]?.list ?? []).contains { criterion in
            guard let kind = criterion["failureType"]?.text, let least = criterion["minNumberOfExecutedThings"]?.whole,
                let threshold = criterion["thresholdPercentage"]?.number, ended >= max(1, least)
            else { return false }
            let kinds = kind == "ALL" ? ["FAILED", "REJECTED", "TIMED_OUT"] : [kind]
            let bad = kinds.reduce(0) { $0 + (tally[$1] ?? 0) }
            return Double(bad) * 100 >= threshold * Double(ended)
        }
    }
}
