import Core
import Depot
import Testing

@testable import Node

@Suite struct HomecomingTests {
    private static let fault = Fault(.diskFull, "no space left")

    @Test func whatFailedIsTriedEverMoreSlowly() {
        var homecoming = Homecoming()
        var now = Instant(nanoseconds: Span64.second)
        var isNews = homecoming.note(.components, Self.fault)
        #expect(isNews)
        homecoming.rest(now)
        var pauses: [UInt64] = []
        for _ in 0..<8 {
            let before = now
            while homecoming.due(now).isEmpty { now = now.advanced(by: Span64.second / 4) }
            pauses.append(now.since(before) / Span64.second)
            // The same reason is not told twice.
            isNews = homecoming.note(.components, Self.fault)
            #expect(!isNews)
            homecoming.rest(now)
        }
        #expect(pauses == [1, 2, 4, 8, 16, 32, 60, 60])
        #expect(homecoming.missing == [.components: "no space left"])
    }

    @Test func whatIsBackIsLeftAlone() {
        var homecoming = Homecoming()
        let later = Instant(nanoseconds: 1_000 * Span64.second)
        var isNews = homecoming.note(.components, nil)
        #expect(!isNews && homecoming.due(later).isEmpty)
        isNews = homecoming.note(.components, Self.fault)
        #expect(isNews && homecoming.due(later) == [.components])
        isNews = homecoming.note(.components, nil)
        #expect(isNews)
        #expect(homecoming.due(later).isEmpty && homecoming.missing.isEmpty)
    }
}
