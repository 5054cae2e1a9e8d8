/// Everything that a run is to do, checked before the first byte is sent.
package struct BenchPlan: Hashable, Sendable {
    package let target: BenchTarget
    package let request: BenchRequest
    /// Requests a second; nil for a closed loop, where each connection asks again as soon as it is answered.
    package let rate: Double?
    /// How the requests are spread over time; without a rate it means nothing.
    package let arrivals: ArrivalPattern
    /// Keep-alive connections, all opened before the first request.
    package let connections: Int
    /// How long is measured, after the warm-up.
    package let duration: Duration
    /// How long requests are sent before any is measured.
    package let warmUp: Duration
    /// How long one request may take from its actual start, kept to ten milliseconds.
    package let timeout: Duration

    package init(
        target: BenchTarget, request: BenchRequest, rate: Double? = nil, arrivals: ArrivalPattern = .constant,
        connections: Int = 8, duration: Duration = .seconds(10), warmUp: Duration = .zero,
        timeout: Duration = .seconds(30)
    ) throws(BenchError) {
        self.target = target
        self.request = request
        self.rate = rate
        self.arrivals = arrivals
        self.connections = connections
        self.duration = duration
        self.warmUp = warmUp
        self.timeout = timeout
        try checkTimes()
        try checkLoad()
    }

    private func checkTimes() throws(BenchError) {
        let day = Duration.seconds(86_400)
        guard duration > .zero, duration <= day else {
            throw BenchError(.invalid, "a duration of \(duration) is not above zero and at most a day")
        }
        guard warmUp >= .zero, warmUp <= day else {
            throw BenchError(.invalid, "a warm-up of \(warmUp) is not between zero and a day")
        }
        guard timeout > .zero, timeout <= day else {
            throw BenchError(.invalid, "a timeout of \(timeout) is not above zero and at most a day")
        }
    }

    private func checkLoad() throws(BenchError) {
        guard (1...BenchLimit.connectionsMax).contains(connections) else {
            throw BenchError(.invalid, "\(connections) connections are not between 1 and \(BenchLimit.connectionsMax)")
        }
        guard let rate else { return }
        guard rate > 0, rate <= BenchLimit.rateMax else {
            throw BenchError(
                .invalid, "a rate of \(rate) a second is not above zero and at most \(Int(BenchLimit.rateMax))",
                hint: "leave the rate out for a closed loop")
        }
        let requests = rate * Nanoseconds(clamping: duration).seconds
        guard requests <= Double(BenchLimit.samplesMax) else {
            throw BenchError(
                .invalid, "\(rate) a second for \(duration) is more than \(BenchLimit.samplesMax) requests",
                hint: "measure for a shorter time")
        }
    }
}
