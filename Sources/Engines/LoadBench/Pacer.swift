/// Decides when the next request is due. Pure: it is told the time, which counts from the start of the run.
///
/// An arrival that finds every connection busy is not taken, so it stays due: whoever is free next takes it with its
/// intended time, and its wait for a connection is part of its latency.
package struct Pacer: Sendable {
    private var schedule: ArrivalSchedule?
    private let measuredFrom: Nanoseconds
    /// No request begins after this moment.
    package let end: Nanoseconds
    /// The first arrival of the schedule that nobody has taken.
    private var upcoming: Nanoseconds = 0

    package init(plan: BenchPlan) {
        measuredFrom = Nanoseconds(clamping: plan.warmUp)
        end = measuredFrom + Nanoseconds(clamping: plan.duration)
        schedule = plan.rate.map { ArrivalSchedule(rate: $0, pattern: plan.arrivals) }
        advance()
    }

    /// When the next request is due; nil when no more will be.
    package func nextDue(at now: Nanoseconds) -> Nanoseconds? {
        if schedule == nil { return now < end ? now : nil }
        // The last arrivals must not be lost because the clock was read a moment after the end.
        return upcoming < end && now < end + BenchLimit.lateStart ? upcoming : nil
    }

    /// The intended start of a request that is due, which then counts as taken.
    package mutating func take(at now: Nanoseconds) -> Nanoseconds? {
        skipWarmUpBacklog(at: now)
        guard let due = nextDue(at: now), due <= now else { return nil }
        advance()
        return due
    }

    /// How many measured arrivals before `now` nobody took.
    package consuming func untaken(at now: Nanoseconds) -> Int {
        guard schedule != nil else { return 0 }
        var count = 0
        while upcoming < Swift.min(now, end) {
            if upcoming >= measuredFrom { count += 1 }
            advance()
        }
        return count
    }

    /// What piled up while the server warmed up must not be paid for afterwards.
    private mutating func skipWarmUpBacklog(at now: Nanoseconds) {
        guard schedule != nil, now >= measuredFrom else { return }
        while upcoming < measuredFrom { advance() }
    }

    private mutating func advance() {
        upcoming = schedule?.next() ?? 0
    }
}
