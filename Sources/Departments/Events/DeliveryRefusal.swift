package import Core

/// Why something did not arrive, and whether asking again can help.
package struct DeliveryRefusal: Error, Hashable, Sendable {
    /// In EventBridge's words, such as `NO_RESOURCE`.
    package let code: String
    package let reason: String
    /// Asking again is of no use.
    package let isFinal: Bool
    /// Not to be asked again before so many milliseconds.
    package let after: Int64?
    /// It counts towards how often something may be tried.
    package let isAttempt: Bool

    package init(_ code: String, _ reason: String, isFinal: Bool = false, after: Int64? = nil, isAttempt: Bool = true) {
        self.code = code
        self.reason = reason
        self.isFinal = isFinal
        self.after = after
        self.isAttempt = isAttempt
    }

    /// A department's own words; `missing` is what it says of a target that is not there.
    package init(_ problem: ServiceProblem, missing: String) {
        // What is wrong with the letter itself will be wrong with it tomorrow.
        self.init(
            (problem.code == missing ? Word.noResource : .internalError).rawValue, problem.message,
            isFinal: problem.code.hasPrefix("Invalid"))
    }

    /// Nothing was tried: there is a turn to wait for.
    static func notYet(after: Int64) -> DeliveryRefusal {
        DeliveryRefusal(Word.throttling.rawValue, "it is not its turn", after: after, isAttempt: false)
    }

    /// Whoever should have answered is away: so he is for all others.
    var isAbsence: Bool { [Word.timeout, .connectionFailure].map(\.rawValue).contains(code) }
}
