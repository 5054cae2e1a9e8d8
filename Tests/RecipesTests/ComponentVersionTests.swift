import Core
import Recipes
import Testing

@Suite struct ComponentVersionTests {
    @Test(arguments: [
        "0.0.0", "1.0.0", "999999.0.1", "1.0.0-rc.1", "1.0.0-0", "1.0.0-a-b.10", "1.0.0+build.007", "1.0.0-rc+x",
    ])
    func comesBackAsItWasWritten(_ text: String) throws {
        #expect(try ComponentVersion(parsing: text).description == text)
    }

    @Test(arguments: [
        "", "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.x", "01.0.0", "1.0.0-", "1.0.0-a..b", "1.0.0-01", "1.0.0+",
        "1000000.0.0",
        " 1.0.0", "1.0.0 ", "-1.0.0", "1.0.0-a_b", "1.0.0-é", "1.0.0-" + String(repeating: "a", count: 60),
    ])
    func refuses(_ text: String) { #expect(throws: Fault.self) { try ComponentVersion(parsing: text) } }

    /// Each older than the next: semantic versioning's own list, and numbers beyond it.
    static let ordered = [
        "0.9.9", "1.0.0-0", "1.0.0-2", "1.0.0-10", "1.0.0-99999999999999999998", "1.0.0-99999999999999999999",
        "1.0.0-alpha",
        "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
        "1.0.0+a",
        "1.0.0+b", "1.0.1", "1.1.0", "1.2.0", "1.10.0", "2.0.0",
    ]

    @Test func isOrderedAsSemanticVersioningSays() throws {
        let versions = try Self.ordered.map { text in try ComponentVersion(parsing: text) }
        for (i, left) in versions.enumerated() {
            for (j, right) in versions.enumerated() {
                #expect((left < right) == (i < j), "\(left) and \(right)")
                #expect((left == right) == (i == j))
            }
        }
    }

    @Test(arguments: ["com.edge.OnnxRuntime", "a", "A-b_c.9", String(repeating: "x", count: 128)])
    func namesAreNames(_ text: String) throws { #expect(try ComponentName(parsing: text).text == text) }

    @Test(arguments: ["", "a b", "a/b", "..", ".", "é", "a:b", String(repeating: "x", count: 129)])
    func otherTextsAreNoNames(_ text: String) { #expect(throws: Fault.self) { try ComponentName(parsing: text) } }
}
