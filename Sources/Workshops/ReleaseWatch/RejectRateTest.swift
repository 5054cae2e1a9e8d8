internal import Glibc

/// Whether more parts are rejected than the last good release's figures allow: a sequential test that may be looked at after
/// every part.
///
/// The share of rejects to beat is `allowedShare`, Wilson's upper bound of the last good release's share at `sigmas` standard
/// deviations; it is wrong with the probability alpha = Q(sigmas), 0.00135 for 3. Against it stand shares whose odds are 1.25 to 10
/// times as high. Each gives a likelihood ratio; their mean starts at 1 and, while the true share is at most the allowed one,
/// is a supermartingale, so that Ville's inequality bounds the chance that it *ever* reaches 1 / alpha by alpha, however
/// long one looks. Together: at most 2 alpha, 0.0027 false alarms a watch.
///
/// > For any nonnegative supermartingale L and any x > 1, P(exists t: L_t >= x) <= E[L_0] / x.
/// Ville, "Etude critique de la notion de collectif", 1939; as in <https://arxiv.org/abs/1810.08240>, section 2.
package struct RejectRateTest: Hashable, Sendable {
    /// How many times the allowed odds. Several, so that a large shift is seen early and a small one is seen at all.
    private static let oddsRatios = [1.25, 1.5, 2, 3, 5, 10]

    private struct Alternative: Hashable, Sendable {
        /// What one reject, and one part that is none, adds to the logarithm of the likelihood ratio.
        let reject: Double
        let other: Double
    }

    package let allowedShare: Double
    package let alpha: Double
    private let alternatives: [Alternative]
    /// Logarithm of what the mean of the ratios must reach.
    private let limit: Double
    package private(set) var parts = 0
    package private(set) var rejects = 0

    /// `rejects` of `parts` is what the last good release showed; nil when it showed nothing.
    package init?(lastGoodRejects rejects: Int, of parts: Int, sigmas: Double) {
        guard parts > 0 else { return nil }
        allowedShare = Self.upperBound(rejects, of: parts, sigmas: sigmas)
        let allowed = allowedShare
        alpha = 0.5 * erfc(sigmas / 2.0.squareRoot())
        limit = -log(alpha)
        alternatives = Self.oddsRatios.map { ratio in
            let odds = ratio * allowed / (1 - allowed)
            let share = odds / (1 + odds)
            return Alternative(reject: log(share / allowed), other: log((1 - share) / (1 - allowed)))
        }
    }

    /// Wilson's score bound; below one even where every part was rejected.
    private static func upperBound(_ rejects: Int, of parts: Int, sigmas: Double) -> Double {
        let (count, share, square) = (Double(parts), Double(rejects) / Double(parts), sigmas * sigmas)
        let spread = sigmas * (share * (1 - share) / count + square / (4 * count * count)).squareRoot()
        return min((share + square / (2 * count) + spread) / (1 + square / count), 1 - 1e-9)
    }

    package mutating func add(rejects: Int, of parts: Int) {
        self.rejects += rejects
        self.parts += parts
    }

    package var share: Double { parts > 0 ? Double(rejects) / Double(parts) : 0 }

    package var isBeyondChance: Bool {
        let (hits, others) = (Double(rejects), Double(parts - rejects))
        var largest = -Double.infinity
        for place in alternatives.indices {
            largest = max(largest, hits * alternatives[place].reject + others * alternatives[place].other)
        }
        // A mean is never above its largest part: nearly always there is nothing more to compute.
        guard largest >= limit else { return false }
        let sum = alternatives.reduce(0) { $0 + exp(hits * $1.reject + others * $1.other - largest) }
        return largest + log(sum / Double(alternatives.count)) >= limit
    }
}
