import Core
import Testing

@testable import Objects

/// Which rows a rule takes, and when. Days are counted from 1970: noon of the first is `noon(0)`.
@Suite struct LifecyclePlanTests {
    private static func noon(_ day: Int) -> Int64 { Int64(day) * LifecyclePlan.day + LifecyclePlan.day / 2 }
    private static func midnight(_ day: Int) -> Int64 { Int64(day) * LifecyclePlan.day }

    private static func row(
        _ key: String, _ seq: Int64 = 1, on day: Int = 0, isMarker: Bool = false, size: Int = 0,
        _ tags: [String: String] = [:]
    ) -> LifecycleRow {
        LifecycleRow(key: key, seq: seq, isMarker: isMarker, size: size, modified: noon(day), tags: tags)
    }

    private static func rule(_ id: String = "rule", _ set: (inout LifecycleRule) -> Void) -> LifecycleRule {
        var rule = LifecycleRule()
        rule.id = id
        set(&rule)
        return rule
    }

    private static func steps(
        _ rules: [LifecycleRule], keepsVersions: Bool = true, at now: Int64, _ rows: [LifecycleRow]
    ) -> [LifecyclePlan.Step] {
        var trail = LifecyclePlan.Trail()
        let plan = LifecyclePlan(rules, keepsVersions: keepsVersions)
        return plan.steps(rows, before: nil, trail: &trail, now: now)
    }

    // MARK: when

    @Test(arguments: [
        (1, noon(0), midnight(2)), (3, noon(14), midnight(18)), (1, midnight(5), midnight(7)),
        (1, midnight(6) - 1, midnight(7)), (2_147_483_647, noon(0), midnight(2_147_483_648)),
    ])
    func daysEndAtTheNextMidnight(_ days: Int, _ made: Int64, _ due: Int64) {
        #expect(LifecyclePlan.midnight(days, after: made) == due)
    }

    @Test(arguments: [
        (midnight(2) - 1, []), (midnight(2), [LifecyclePlan.Step.remove(key: "a", seq: 1)]),
    ])
    func goesAtItsMinute(_ now: Int64, _ steps: [LifecyclePlan.Step]) {
        let rule = Self.rule { $0.expiration = .days(1) }
        #expect(Self.steps([rule], keepsVersions: false, at: now, [Self.row("a")]) == steps)
    }

    @Test func earliestRuleIsTold() {
        let plan = LifecyclePlan(
            [
                Self.rule("late") { $0.expiration = .days(9) }, Self.rule("off") { $0.isEnabled = false },
                Self.rule("soon") { $0.expiration = .date(Self.midnight(4)) },
                Self.rule("as soon") { $0.expiration = .days(3) },
                Self.rule("elsewhere") {
                    $0.prefix = "b"
                    $0.expiration = .days(1)
                },
                Self.rule("markers") { $0.expiration = .markers(true) },
            ], keepsVersions: false)
        #expect(plan.expiry(of: Self.row("a")) == .init(at: Self.midnight(4), rule: "soon"))
        #expect(plan.expiry(of: Self.row("b")) == .init(at: Self.midnight(2), rule: "elsewhere"))
    }

    @Test func uploadsAreMeantByTheirKeyAlone() {
        let plan = LifecyclePlan(
            [
                Self.rule("objects") { $0.expiration = .days(1) },
                Self.rule("uploads") {
                    $0.prefix = "big/"
                    $0.uploadDays = 2
                },
            ], keepsVersions: true)
        #expect(plan.abortion(of: "big/a", begun: Self.noon(1)) == .init(at: Self.midnight(4), rule: "uploads"))
        #expect(plan.abortion(of: "small/a", begun: Self.noon(1)) == nil)
    }

    // MARK: which

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let rule: LifecycleRule
        let taken: [String]
        var testDescription: String { name }
    }

    private static let shelf = [
        row("a", size: 10), row("a/b", size: 20, ["tmp": "yes"]), row("b", size: 30, ["tmp": "yes", "line": "7"]),
        row("c", size: 0, ["tmp": "no"]),
    ]

    @Test(arguments: [
        Case(name: "all", rule: rule { _ in }, taken: ["a", "a/b", "b", "c"]),
        Case(name: "prefix", rule: rule { $0.prefix = "a" }, taken: ["a", "a/b"]),
        Case(name: "folder", rule: rule { $0.prefix = "a/" }, taken: ["a/b"]),
        Case(name: "tag", rule: rule { $0.tags = [.init(key: "tmp", value: "yes")] }, taken: ["a/b", "b"]),
        Case(
            name: "both tags",
            rule: rule { $0.tags = [.init(key: "tmp", value: "yes"), .init(key: "line", value: "7")] }, taken: ["b"]),
        Case(name: "above", rule: rule { $0.sizeAbove = 10 }, taken: ["a/b", "b"]),
        Case(name: "not empty", rule: rule { $0.sizeAbove = 0 }, taken: ["a", "a/b", "b"]),
        Case(name: "below", rule: rule { $0.sizeBelow = 20 }, taken: ["a", "c"]),
        Case(
            name: "everything at once",
            rule: rule {
                $0.prefix = "a"
                $0.tags = [.init(key: "tmp", value: "yes")]
                $0.sizeAbove = 19
                $0.sizeBelow = 21
            }, taken: ["a/b"]),
        Case(name: "off", rule: rule { $0.isEnabled = false }, taken: []),
    ])
    func filtersChoose(_ testCase: Case) {
        var rule = testCase.rule
        rule.expiration = .days(1)
        let steps = Self.steps([rule], keepsVersions: false, at: Self.midnight(9), Self.shelf)
        #expect(steps == testCase.taken.map { .remove(key: $0, seq: 1) })
    }

    @Test func newestIsHiddenWhereVersionsAreKept() {
        let rule = Self.rule { $0.expiration = .days(1) }
        let rows = [Self.row("a", 2), Self.row("a", 1), Self.row("b", 1, isMarker: true), Self.row("b", 0)]
        #expect(Self.steps([rule], at: Self.midnight(9), rows) == [.hide(key: "a")])
    }

    // MARK: versions that are not the newest

    /// A key that got a version at noon of each of the days 5, 4, 3 and so on.
    private static let history = (0..<5).map { row("a", Int64(5 - $0), on: 5 - $0) }

    @Test(arguments: [
        // The version of day 4 is old since day 5, and goes a day and a midnight later.
        (1, nil, 6, [3, 2, 1]), (1, nil, 7, [4, 3, 2, 1]), (1, nil, 4, [1]), (3, nil, 6, [1]), (1, 1, 7, [3, 2, 1]),
        (1, 2, 9, [2, 1]), (1, 4, 9, []), (9, 1, 7, []),
    ])
    func oldVersionsGo(_ days: Int, _ newer: Int?, _ today: Int, _ taken: [Int64]) {
        let rule = Self.rule {
            $0.noncurrentDays = days
            $0.newerVersions = newer
        }
        #expect(
            Self.steps([rule], at: Self.midnight(today), Self.history) == taken.map { .remove(key: "a", seq: $0) })
    }

    @Test func markersAmongThemGoAndDoNotCount() {
        let rule = Self.rule {
            $0.noncurrentDays = 1
            $0.newerVersions = 1
        }
        let rows = [
            Self.row("a", 4), Self.row("a", 3, isMarker: true), Self.row("a", 2), Self.row("a", 1, isMarker: true),
            Self.row("b", 1),
        ]
        #expect(Self.steps([rule], at: Self.midnight(9), rows) == [.remove(key: "a", seq: 1)])
    }

    @Test func pagesMayEndWithinAKey() {
        let plan = LifecyclePlan(
            [
                Self.rule {
                    $0.noncurrentDays = 1
                    $0.newerVersions = 2
                }
            ], keepsVersions: true)
        var trail = LifecyclePlan.Trail()
        var steps: [LifecyclePlan.Step] = []
        for (place, row) in Self.history.enumerated() {
            let next = Self.history.dropFirst(place + 1).first
            steps += plan.steps([row], before: next, trail: &trail, now: Self.midnight(9))
        }
        #expect(steps == [.remove(key: "a", seq: 2), .remove(key: "a", seq: 1)])
    }

    // MARK: markers that hide nothing

    @Test(arguments: [
        (rule { $0.expiration = .markers(true) }, 0, true), (rule { $0.expiration = .markers(false) }, 99, false),
        (rule { $0.expiration = .days(1) }, 1, false), (rule { $0.expiration = .days(1) }, 2, true),
        (rule { $0.expiration = .date(midnight(3)) }, 3, true), (rule { $0.noncurrentDays = 1 }, 99, false),
        (
            rule {
                $0.expiration = .days(1)
                $0.sizeBelow = 9
            }, 99, false
        ),
        (
            rule {
                $0.expiration = .days(1)
                $0.tags = [.init(key: "a", value: "b")]
            }, 99, false
        ),
        (
            rule {
                $0.expiration = .markers(true)
                $0.prefix = "elsewhere/"
            }, 99, false
        ),
    ])
    func loneMarkers(_ rule: LifecycleRule, _ today: Int, _ goes: Bool) {
        let lone = [Self.row("a", 7, isMarker: true), Self.row("b", 1, on: 98)]
        let steps = Self.steps([rule], at: Self.midnight(today), lone).filter { $0 != .hide(key: "b") }
        #expect(steps == (goes ? [.remove(key: "a", seq: 7)] : []))
        // One that hides something stays.
        let hiding = [Self.row("a", 7, isMarker: true), Self.row("a", 6)]
        let others = Self.steps([rule], at: Self.midnight(today), hiding).filter { $0 != .remove(key: "a", seq: 6) }
        #expect(others.isEmpty)
    }
}
