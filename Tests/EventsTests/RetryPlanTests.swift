import Core
import Testing

@testable import Events

@Suite struct RetryPlanTests {
    private static let day: Int64 = 86_400_000
    private static let late = DeliveryRefusal("TIMEOUT", "late")
    private static let missing = DeliveryRefusal("NO_RESOURCE", "gone")
    private static let wrong = DeliveryRefusal("INVALID_PARAMETER", "wrong", isFinal: true)

    struct Row: Sendable, CustomTestStringConvertible {
        let target: Datum
        let refusal: DeliveryRefusal
        var age: Int64 = 0
        var attempts: Int64 = 0
        var dice = 0.0
        let fate: RetryPlan.Fate
        var testDescription: String { "\(refusal.code), \(age) ms, \(attempts) attempts: \(fate)" }
    }

    private static let queue: Datum = ["DeadLetterConfig": ["Arn": "arn:aws:sqs:r:1:q"]]
    private static let twice: Datum = ["RetryPolicy": ["MaximumRetryAttempts": 2]]
    private static let never: Datum = ["RetryPolicy": ["MaximumRetryAttempts": 0]]
    private static let minute: Datum = ["RetryPolicy": ["MaximumEventAgeInSeconds": 60]]

    @Test(arguments: [
        Row(target: .null, refusal: late, fate: .again(due: 100)),
        Row(target: .null, refusal: late, dice: 0.5, fate: .again(due: 125)),
        Row(target: .null, refusal: late, age: 1000, attempts: 3, fate: .again(due: 1800)),
        Row(target: .null, refusal: late, age: 0, attempts: 30, fate: .again(due: 60_000)),
        Row(target: .null, refusal: DeliveryRefusal("THROTTLING", "", after: 90_000), fate: .again(due: 90_000)),
        Row(target: .null, refusal: late, age: day, fate: .again(due: day + 100)),
        Row(target: minute, refusal: DeliveryRefusal("THROTTLING", "", after: day), fate: .again(due: 60_000)),
        Row(target: .null, refusal: late, age: day + 1, fate: .dead(condition: "MaximumEventAgeInSeconds")),
        Row(target: .null, refusal: late, attempts: 185, fate: .dead(condition: "MaximumRetryAttempts")),
        Row(target: twice, refusal: late, attempts: 1, fate: .again(due: 200)),
        Row(target: twice, refusal: late, attempts: 2, fate: .dead(condition: "MaximumRetryAttempts")),
        Row(target: never, refusal: late, fate: .dead(condition: "MaximumRetryAttempts")),
        Row(target: minute, refusal: late, age: 60_001, fate: .dead(condition: "MaximumEventAgeInSeconds")),
        Row(target: .null, refusal: wrong, fate: .dead(condition: nil)),
        Row(target: .null, refusal: missing, fate: .again(due: 100)),
        Row(target: queue, refusal: missing, fate: .dead(condition: nil)),
        Row(target: queue, refusal: late, fate: .again(due: 100)),
    ])
    func fates(_ row: Row) {
        let fate = RetryPlan(row.target).fate(
            after: row.refusal, taken: 0, attempts: row.attempts, now: row.age, dice: row.dice)
        #expect(fate == row.fate)
    }

    @Test(
        arguments: [
            ([:], nil), (twice, nil), (minute, nil),
            (["RetryPolicy": ["MaximumRetryAttempts": 186]], "MaximumRetryAttempts must be from 0 to 185."),
            (["RetryPolicy": ["MaximumRetryAttempts": "1"]], "MaximumRetryAttempts must be from 0 to 185."),
            (["RetryPolicy": ["MaximumEventAgeInSeconds": 1]], "MaximumEventAgeInSeconds must be from 60 to 86400."),
        ] as [(Datum, String?)])
    func complaints(_ target: Datum, _ complaint: String?) { #expect(RetryPlan.complaint(target) == complaint) }
}
