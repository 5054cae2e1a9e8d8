internal import AWSProtocol
internal import Core

/// From when to when, and in periods of how many seconds.
struct MetricSpan: Sendable {
    let from: Int64
    let until: Int64
    let period: Int64

    var count: Int { Int((until - from) / period) }

    init(_ call: Call, period: Int) throws(ServiceProblem) {
        let (from, until) = ((call.milliseconds("StartTime") ?? 0) / 1000, (call.milliseconds("EndTime") ?? 0) / 1000)
        guard from < until else {
            throw MetricOperations.invalid("The parameter StartTime must be less than the parameter EndTime.")
        }
        guard period >= 60, period % 60 == 0, period <= 86_400 * 365 else {
            throw MetricOperations.invalid("The parameter Period must be a multiple of 60.")
        }
        self.init(from: from, until: until, period: Int64(period))
    }

    init(from: Int64, until: Int64, period: Int64) {
        self.period = period
        self.from = from / period * period
        self.until = until
    }
}
