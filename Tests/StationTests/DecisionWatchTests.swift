import Core
import Testing

@testable import Station

/// When too many parts were not judged (D06): three in a row, or more than one in a hundred of the last 300.
@Suite struct DecisionWatchTests {
    private static func watch(_ reasons: [Reason]) -> DecisionWatch {
        var watch = DecisionWatch()
        for reason in reasons { watch.note(reason) }
        return watch
    }

    @Test(arguments: Reason.allCases.filter { !$0.isJudgement && $0 != .bypass && $0 != .noModel })
    func threeInARow(_ reason: Reason) {
        #expect(Self.watch([reason, reason]).complaint == nil)
        #expect(Self.watch([reason, reason, .ok, reason]).complaint == nil)
        #expect(Self.watch([reason, reason, reason]).complaint?.hasPrefix("3 parts in a row") == true)
    }

    @Test(arguments: [Reason.ok, .defect, .bypass, .noModel])
    func whatTheLineWasToldIsNoFault(_ reason: Reason) {
        #expect(Self.watch([Reason](repeating: reason, count: 500)).complaint == nil)
    }

    @Test func moreThanThreeOfThreeHundred() {
        let rare = [Reason](repeating: .ok, count: 74) + [.timeout]
        #expect(Self.watch(rare + rare + rare).complaint == nil)
        #expect(Self.watch(rare + rare + rare + rare).complaint?.hasPrefix("4 of the last 300") == true)
        let rarer = [Reason](repeating: .ok, count: 99) + [.timeout]
        #expect(Self.watch(Array([[Reason]](repeating: rarer, count: 50).joined())).complaint == nil)
    }

    @Test func itStandsUntilSomebodyHasLooked() {
        var watch = Self.watch([.timeout, .timeout, .timeout] + [Reason](repeating: .ok, count: 1000))
        #expect(watch.complaint != nil)
        watch.reset()
        #expect(watch.complaint == nil)
        watch.note(.timeout)
        watch.note(.timeout)
        #expect(watch.complaint == nil)
    }
}
