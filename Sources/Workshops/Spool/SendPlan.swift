internal import AWSEvents
package import Core

/// Decides when to send, and what an answer means for each event. Pure: time and chance are given.
package struct SendPlan: Hashable, Sendable {
    package enum Fate: Hashable, Sendable {
        case accepted
        /// Tried again later, on its own time.
        case again(String)
        /// Set aside: it can never be accepted.
        case never(String)
    }

    package enum Verdict: Hashable, Sendable {
        /// One for each event that was sent.
        case fates([Fate])
        /// Nothing was taken; the same events are sent again after a pause. It is not their fault.
        case later(String)
        /// One of them spoils the rest: they are sent one by one.
        case divide(String)
    }

    private var backOff: BackOff
    private var retryAt: Instant?
    /// So many events still go alone.
    private var alone = 0
    package private(set) var trouble: String?

    package init(_ settings: SpoolSettings) {
        backOff = BackOff(shortest: settings.pauseShortest, longest: settings.pauseLongest)
    }

    /// How many entries the next request may have.
    package var entriesMax: Int { alone > 0 ? 1 : PutEvents.entriesMax }

    /// Before then there is nothing to try.
    package func mayTry(_ now: Instant) -> Bool { retryAt.map { $0 <= now } ?? true }
    package var wakeAt: Instant { retryAt ?? .distantFuture }

    // MARK: what an answer means

    /// Mistakes of an entry that no repetition mends.
    /// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html>
    private static let hopelessEntries: Set<String> = [
        "InvalidArgument", "MalformedDetail", "RedactionFailure", "InvalidAccountIdException",
        "NotAuthorizedForSourceException", "NotAuthorizedForDetailTypeException",
    ]
    /// Refusals of a request that are about what is in it.
    private static let hopelessRequests: Set<String> = [
        "ValidationException", "SerializationException", "InvalidParameterValue", "RequestEntityTooLarge",
    ]

    package static func verdict(status: Int, body: [UInt8], count: Int) -> Verdict {
        if status == 200 {
            guard let fates = PutEvents.fates(in: body, count: count) else {
                return .later("the answer of status 200 is none that PutEvents gives")
            }
            return .fates(fates.map(fate))
        }
        let code = ServiceProblem.code(in: body)
        let reason = "status \(status) \(code ?? "") \(ServiceProblem.message(in: body) ?? "")"
        let isHopeless = status == 413 || status == 400 && code.map(hopelessRequests.contains) == true
        guard isHopeless else { return .later(reason) }
        return count == 1 ? .fates([.never(reason)]) : .divide(reason)
    }

    private static func fate(_ fate: PutEvents.Fate) -> Fate {
        switch fate {
        case .accepted: .accepted
        case .failed(let code, let message):
            hopelessEntries.contains(code) ? .never("\(code): \(message)") : .again("\(code): \(message)")
        }
    }

    // MARK: what follows

    /// `chance` draws a number from 0 through its argument.
    package mutating func answered(
        _ verdict: Verdict, count: Int, at now: Instant, chance: (UInt64) -> UInt64
    ) {
        switch verdict {
        case .fates(let fates):
            alone = max(0, alone - count)
            // An endpoint that takes none of them is as good as none.
            let isAnyTaken = fates.contains { if case .again = $0 { false } else { true } }
            guard isAnyTaken else { return pause("no event of \(count) was taken", now, chance) }
            backOff.reset()
            retryAt = nil
            trouble = nil
        case .later(let reason): pause(reason, now, chance)
        case .divide(let reason):
            alone = count
            trouble = reason
        }
    }

    /// Between nothing and the whole of a pause that doubles: a thousand nodes whose uplink returns must not return as one.
    private mutating func pause(_ reason: String, _ now: Instant, _ chance: (UInt64) -> UInt64) {
        retryAt = now.advanced(by: chance(backOff.next()))
        trouble = reason
    }

    /// When an entry that was refused for now is due again, in milliseconds from now.
    package static func pause(
        after attempts: Int, _ settings: SpoolSettings, chance: (UInt64) -> UInt64
    ) -> Int64 {
        let longest = settings.pauseLongest / Span64.millisecond
        let shortest = max(1, settings.pauseShortest / Span64.millisecond)
        let whole = attempts > 30 ? longest : min(longest, shortest << UInt64(max(0, attempts - 1)))
        return Int64(clamping: chance(whole))
    }
}
