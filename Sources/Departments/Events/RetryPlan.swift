internal import Core

/// What becomes of something that did not arrive: a pure plan.
struct RetryPlan: Hashable {
    enum Fate: Hashable {
        case again(due: Int64)
        /// Given up; the condition names the limit that was reached, and is nil where asking again is of no use.
        case dead(condition: String?)
    }

    static let pauseMax: Int64 = 60_000
    /// As EventBridge: for a day, and 185 times.
    private static let usual = RetryPlan(ageMax: 86_400_000, attemptsMax: 185, isCaught: false)

    let ageMax: Int64
    let attemptsMax: Int64
    /// There is a dead-letter queue.
    let isCaught: Bool

    init(ageMax: Int64, attemptsMax: Int64, isCaught: Bool) {
        self.ageMax = ageMax
        self.attemptsMax = attemptsMax
        self.isCaught = isCaught
    }

    /// As a target says; one that has been removed says nothing.
    init(_ target: Datum) {
        let policy = target["RetryPolicy"]
        ageMax = policy?["MaximumEventAgeInSeconds"]?.whole.map { Int64($0) * 1000 } ?? Self.usual.ageMax
        attemptsMax = policy?["MaximumRetryAttempts"]?.whole.map { Int64($0) } ?? Self.usual.attemptsMax
        isCaught = target["DeadLetterConfig"]?["Arn"]?.text != nil
    }

    /// `attempts`: how many have been made again already. `dice`: from 0 up to 1.
    func fate(
        after refusal: DeliveryRefusal, taken: Int64, attempts: Int64, now: Int64, dice: Double
    ) -> Fate {
        // A target that is missing may be made in a moment; where somebody keeps what is lost, he is told at once.
        if refusal.isFinal || (isCaught && refusal.code == DeliveryRefusal.Word.noResource.rawValue) {
            return .dead(condition: nil)
        }
        if attempts >= attemptsMax { return .dead(condition: "MaximumRetryAttempts") }
        if now - taken > ageMax { return .dead(condition: Self.tooOld) }
        let pause = max(min(Self.pauseMax, 100 << min(attempts, 16)), refusal.after ?? 0)
        // Once more just before it is too old, however long it was told to wait.
        return .again(due: min(now + pause + Int64(Double(pause / 2) * dice), max(now + 100, taken + ageMax)))
    }

    static let tooOld = "MaximumEventAgeInSeconds"

    /// What has been tried and waited too long is not tried again. What was never tried, because the hub was away, is.
    func isOver(taken: Int64, attempts: Int64, now: Int64) -> Bool { attempts > 0 && now - taken > ageMax }

    /// What is wrong with what a target says about this.
    static func complaint(_ target: Datum) -> String? {
        guard let policy = target["RetryPolicy"] else { return nil }
        for (name, range) in [("MaximumEventAgeInSeconds", 60...86_400), ("MaximumRetryAttempts", 0...185)] {
            guard let value = policy[name] else { continue }
            guard let number = value.whole, range.contains(number) else {
                return "\(name) must be from \(range.lowerBound) to \(range.upperBound)."
            }
        }
        return nil
    }
}
