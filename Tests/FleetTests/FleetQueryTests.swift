import Core
import JSON
import Testing

@testable import Fleet

/// What AWS's own examples ask, and what must be refused.
@Suite struct FleetQueryTests {
    /// A thing with everything that can be searched.
    private static let thing = """
        {"thingName":"Press-7","thingId":"id-1","thingTypeName":"press","thingGroupNames":["hall1","oiled"],
         "attributes":{"site":"Berlin","n":"7","neg":"-3","a.b":"dotted","model":"1.2","serial":"abce"},
         "registry":{"version":3,"thingTypeName":"press","thingGroupNames":["hall1","oiled"]},
         "shadow":{"reported":{"stats":{"battery":78.5},"myvalues":[1,2,3],"place":"New York","on":true},
                   "desired":{"stats":{"battery":90}},"hasDelta":true,"version":4,
                   "metadata":{"reported":{"place":{"timestamp":1234567}}},
                   "name":{"cam":{"reported":{"lens":"wide"},"hasDelta":false}}},
         "connectivity":{"connected":true,"timestamp":1557651600000,"version":1}}
        """

    private static func isFound(_ query: String) throws -> Bool {
        try FleetQuery(parsing: query).matches(Datum(json: Array(thing.utf8)))
    }

    @Test(arguments: [
        "*", "thingName:*", "thingName:Press-7", "thingName:press-7", "thingName:pr*", "thingName:*7",
        "thingName:*ess*", "thingName:Press-?", "thingName:p*s*7", "thingName:\"Press-7\"", "thingTypeName:press",
        "registry.thingTypeName:press", "thingGroupNames:hall1", "thingGroupNames:oil*", "thingGroupNames:(a OR oiled)",
        "attributes.site:berlin", "attributes.n:7", "attributes.n > 5", "attributes.n>5", "attributes.n:>5",
        "attributes.n >= 7", "attributes.n<=7", "attributes.n < 7.5", "attributes.n:[5 TO 7]", "attributes.n:{5 TO 8}",
        "attributes.n:{6 TO 7]", "attributes.n:[7 TO *]", "attributes.n:[* TO 7]", "attributes.n:[* TO *]",
        "attributes.neg:-3", "attributes.neg > -5", "attributes.neg:[-5 TO -1]", "attributes.a.b:dotted",
        "attributes.serial:[\"abcd\" TO \"abcf\"]", "attributes.serial:[abcd TO abcf]",
        "attributes.serial:{abcd TO abcf}",
        "shadow.reported.stats.battery:{70 TO 100}", "shadow.reported.stats.battery:78.5",
        "shadow.reported.myvalues:2", "shadow.reported.place:york", "shadow.reported.place:\"new york\"",
        "shadow.reported.on:true", "shadow.hasDelta:true", "shadow.name.cam.reported.lens:wide",
        "shadow.reported.place:* NOT shadow.desired.place:*", "connectivity.connected:true",
        "connectivity.timestamp : [1557651600000 TO 1557867600000]", "connectivity.timestamp > 1557651599999",
        "NOT attributes.model:legacy", "-attributes.model:legacy", "attributes.model:1.2", "attributes.model:1?2",
        "attributes.site:berlin AND NOT connectivity.connected:false", "attributes.site:berlin attributes.n:7",
        "attributes.site:berlin AND attributes.n<9 NOT attributes.n>10", "attributes.site:bonn OR attributes.n:7",
        "(attributes.site:bonn OR attributes.site:berlin) AND attributes.n:7",
        "attributes.site:(bonn OR berlin) attributes.n:(7 AND -8)", "thingName:(press* AND -plasma)",
        "attributes.site:bonn AND attributes.n:1 OR attributes.n:7", "NOT NOT attributes.n:7", "NOT (a:b OR c:d)",
        "berlin", "york", "wide", "hall?", "\"new york\"", "oiled AND press", "attributes.site:b\\erlin",
        "thingName:press\\-7",
    ])
    func whatIsAskedIsSo(_ query: String) throws { #expect(try Self.isFound(query)) }

    @Test(arguments: [
        "NOT *", "thingName:press", "thingName:press-", "thingName:press-7?", "THINGNAME:Press-7",
        "thingName:\"press*\"",
        "thingName:press\\*", "attributes.site:ber", "attributes.missing:*", "missing:*", "attributes.n:8",
        "attributes.n > 7", "attributes.n < 7", "attributes.n:{7 TO 9]", "attributes.n:[1 TO 7}",
        "attributes.n:[8 TO 9]",
        "attributes.n:[\"5\" TO \"6\"]", "attributes.site > 5", "attributes.neg:[1 TO 5]",
        "attributes.serial:{abce TO abcf]", "shadow.reported.myvalues:4", "shadow.reported.place:\"york new\"",
        "shadow.reported.stats:*x*", "shadow.hasDelta:false", "connectivity.connected:false",
        "attributes.site:berlin AND connectivity.connected:false", "attributes.site:berlin -attributes.n:7",
        "attributes.site:bonn OR NOT attributes.n:7", "attributes.site:(bonn OR bern)", "1234567", "1557651600000",
        "nothing", "NOT NOT attributes.n:8", "attributes:*x",
    ])
    func whatIsAskedIsNotSo(_ query: String) throws { #expect(try !Self.isFound(query)) }

    @Test(arguments: [
        "", "   ", "(", ")", "()", "(a:b", "a:b)", "a:", ":b", "a:b:c", "a:[1 TO 2", "a:[1 2]", "a:[1 TO]", "[1 TO 2]",
        "\"a", "a:\"\"", "AND", "a:b AND", "AND a:b", "a:b OR", "OR a:b", "NOT", "a:b AND OR c:d", "a*:b", "a:\\",
        "a > ",
        "a > *", "a:[b* TO c]", "a < (b)", "\"a\":b", "-",
    ])
    func whatIsNoQueryIsRefused(_ query: String) {
        #expect(throws: QueryRefusal.self) { _ = try FleetQuery(parsing: query) }
    }

    @Test func whatIsTooLongIsRefused() {
        for query in [
            String(repeating: "a", count: 1001), (0..<13).map { "a:\($0)" }.joined(separator: " OR "),
            String(repeating: "(", count: 40) + "a:b" + String(repeating: ")", count: 40),
            String(repeating: "NOT ", count: 200) + "a:b",
        ] {
            #expect(throws: QueryRefusal.self) { _ = try FleetQuery(parsing: query) }
        }
    }

    @Test func manyStarsAreNoWork() throws {
        let query = try FleetQuery(parsing: "a:" + String(repeating: "*a", count: 400) + "*b")
        #expect(!query.matches(["a": .text(String(repeating: "a", count: 8000))]))
    }

    @Test(arguments: [
        ("thingName:a", false), ("shadow.reported.a:1", true), ("a", true), ("*", false),
        ("thingName:a NOT (attributes.b:1 OR shadow.hasDelta:true)", true),
    ])
    func whetherShadowsAreLookedAt(_ query: String, _ wanted: Bool) throws {
        #expect(try FleetQuery(parsing: query).looks(at: "shadow") == wanted)
    }
}

@Suite struct FieldStatisticsTests {
    @Test func numbersAreAddedUp() {
        // AWS's own example.
        let told = FieldStatistics([[.number(-125)], [.number(75)], [.number(150)]], .number).told
        #expect(told["count"] == 3)
        #expect(told["sum"]?.number == 100)
        #expect(told["sumOfSquares"]?.number == 43_750)
        #expect(told["variance"]?.number.map { abs($0 - 13_472.22222222222) < 1e-6 } == true)
    }

    @Test func flagsCountAndTextsDoNot() {
        let flags = FieldStatistics([[.bool(true)], [.bool(false)]], .boolean).told
        #expect(flags["average"]?.number == 0.5)
        #expect(FieldStatistics([[.text("a")], [.text("7")]], .string).told == ["count": 2])
        #expect(FieldStatistics([], .number).told == ["count": 0])
    }

    @Test(arguments: [(0.0, 1.0), (50, 2), (75, 2.5), (100, 3)])
    func percentilesLieBetweenNeighbours(_ percent: Double, _ wanted: Double) {
        #expect(FieldStatistics.value(of: [1, 2, 3], at: percent) == wanted)
    }
}
