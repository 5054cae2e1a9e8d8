import Core
import Station
import Testing

@Suite struct DecisionRuleTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let score: Float
        let verdict: Verdict?
        var testDescription: String { "\(score)" }
    }

    private static let banded = DecisionRule(threshold: 0.5, reviewFrom: 0.4, reviewTo: 0.6)

    @Test(arguments: [
        Row(score: -.greatestFiniteMagnitude, verdict: .pass), Row(score: -0.0, verdict: .pass),
        Row(score: 0, verdict: .pass), Row(score: Float(0.4).nextDown, verdict: .pass),
        Row(score: 0.4, verdict: .review), Row(score: 0.5, verdict: .review),
        Row(score: Float(0.6).nextDown, verdict: .review), Row(score: 0.6, verdict: .reject),
        Row(score: 1, verdict: .reject), Row(score: .greatestFiniteMagnitude, verdict: .reject),
        Row(score: .nan, verdict: nil), Row(score: .signalingNaN, verdict: nil), Row(score: .infinity, verdict: nil),
        Row(score: -.infinity, verdict: nil),
    ])
    func belowTheBandPassesAndAboveItIsRejected(_ row: Row) {
        #expect(Self.banded.judge(row.score)?.verdict == row.verdict)
    }

    @Test(arguments: [
        Row(score: Float(0.5).nextDown, verdict: .pass), Row(score: 0.5, verdict: .reject),
        Row(score: Float(0.5).nextUp, verdict: .reject), Row(score: .nan, verdict: nil),
    ])
    func withoutABandTheThresholdIsRejected(_ row: Row) {
        for edge in [Float(0), 0.5, 1] {
            let rule = DecisionRule(threshold: 0.5, reviewFrom: edge, reviewTo: edge)
            #expect(rule.judge(row.score)?.verdict == row.verdict)
        }
        let backwards = DecisionRule(threshold: 0.5, reviewFrom: 0.6, reviewTo: 0.4)
        #expect(backwards.judge(row.score)?.verdict == row.verdict)
    }

    @Test func onlyAPassIsOK() {
        #expect(Self.banded.judge(0.1).map { [$0.reason] } == [.ok])
        #expect(Self.banded.judge(0.5).map { [$0.reason] } == [.defect])
        #expect(Self.banded.judge(0.9).map { [$0.reason] } == [.defect])
    }

    private static func severity(_ verdict: Verdict?) -> Int {
        switch verdict {
        case .pass: 0
        case .review: 1
        case .reject: 2
        default: 3
        }
    }

    private static func rises(_ rule: DecisionRule) -> Bool {
        let severities = (0...100).map { severity(rule.judge(Float($0) / 100)?.verdict) }
        return zip(severities, severities.dropFirst()).allSatisfy { $0 <= $1 }
    }

    @Test(arguments: [
        DecisionRule(threshold: 0.5, reviewFrom: 0.4, reviewTo: 0.6),
        DecisionRule(threshold: 0.5, reviewFrom: 0.4, reviewTo: 0.5),
        DecisionRule(threshold: 0.5, reviewFrom: 0.5, reviewTo: 0.6),
        DecisionRule(threshold: 0.5, reviewFrom: 0, reviewTo: 1),
        DecisionRule(threshold: 0, reviewFrom: 0, reviewTo: 0),
    ])
    func aWorseScoreIsNeverJudgedBetter(_ rule: DecisionRule) { #expect(Self.rises(rule)) }

    /// Above the band is REJECT, wherever the threshold lies.
    @Test func aBandBelowTheThresholdLeavesNoPassAboveIt() {
        #expect(Self.rises(DecisionRule(threshold: 0.5, reviewFrom: 0.2, reviewTo: 0.3)))
    }

    @Test func aBandAboveTheThresholdLeavesNoRejectBelowIt() {
        #expect(Self.rises(DecisionRule(threshold: 0.5, reviewFrom: 0.7, reviewTo: 0.8)))
    }

    @Test func aThresholdThatIsNoNumberPassesNothing() {
        let rule = DecisionRule(threshold: .nan, reviewFrom: 0, reviewTo: 0)
        #expect(rule.judge(1)?.verdict != .pass)
    }
}
