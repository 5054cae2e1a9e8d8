import Core
import Synchronization
import Testing

@testable import Objects

/// Rules are read once for a bucket, and anew when its record changes.
@Suite struct LifecyclePlansTests {
    private final class Reads: Sendable {
        private let buckets = Mutex<Int>(0)
        var count: Int { buckets.withLock { $0 } }
        func read(_ record: Datum) -> LifecyclePlan? {
            buckets.withLock { $0 += 1 }
            return LifecyclePlan(record)
        }
    }

    private let reads = Reads()
    private let plans: LifecyclePlans

    init() { plans = LifecyclePlans { [reads] in reads.read($0) } }

    private static func record(days: Int, isEnabled: Bool = true) -> Datum {
        var rule = LifecycleRule()
        rule.id = "rule"
        rule.isEnabled = isEnabled
        rule.expiration = .days(days)
        return ["lifecycle": ["rules": [rule.datum]]]
    }

    @Test func oneRecordIsReadOnce() {
        let record = Self.record(days: 3)
        for _ in 0..<5 { #expect(plans.plan(of: "a", record) == LifecyclePlan(record)) }
        // The same rules put again.
        #expect(plans.plan(of: "a", Self.record(days: 3)) == LifecyclePlan(record))
        #expect(reads.count == 1)
    }

    @Test func aRecordThatChangesIsReadAnew() {
        for days in 1...3 {
            #expect(plans.plan(of: "a", Self.record(days: days))?.rules.first?.expiration == .days(days))
        }
        #expect(plans.plan(of: "a", ["versioning": "Enabled"]) == nil)
        #expect(plans.plan(of: "a", nil) == nil)
        #expect(reads.count == 3)
        #expect(plans.plan(of: "b", Self.record(days: 3)) != nil)
        #expect(reads.count == 4)
    }

    @Test func bucketsWithoutRulesCostNothing() {
        for _ in 0..<3 { #expect(plans.plan(of: "a", ["versioning": "Enabled"]) == nil) }
        #expect(reads.count == 0)
        for _ in 0..<3 { #expect(plans.plan(of: "a", Self.record(days: 1, isEnabled: false)) == nil) }
        #expect(reads.count == 1)
    }

    @Test func noMoreAreKeptThanMayBe() {
        let record = Self.record(days: 1)
        for number in 0...LifecyclePlans.bucketsMax { #expect(plans.plan(of: "\(number)", record) != nil) }
        #expect(plans.plan(of: "0", record) != nil)
        #expect(reads.count == LifecyclePlans.bucketsMax + 2)
    }
}
