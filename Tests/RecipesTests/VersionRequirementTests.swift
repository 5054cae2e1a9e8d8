import Core
import Recipes
import Testing

/// As npm reads ranges, of which Greengrass's are (A21).
@Suite struct VersionRequirementTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let text: String
        let good: [String]
        let bad: [String]
        init(_ text: String, _ good: String, not bad: String) {
            self.text = text
            self.good = good.split(separator: " ").map(String.init)
            self.bad = bad.split(separator: " ").map(String.init)
        }
        var testDescription: String { text }
    }

    @Test(arguments: [
        Row("1.2.3", "1.2.3 1.2.3+b", not: "1.2.4 1.2.2 1.2.3-a"), Row("=1.2.3", "1.2.3", not: "1.2.4"),
        Row("v1.2.3", "1.2.3", not: "1.2.4"),
        Row("= 1.2.3", "1.2.3", not: "1.2.4"),
        Row(">=1.0.0 <2.0.0", "1.0.0 1.4.2 1.999.0", not: "0.9.9 2.0.0 2.1.0 1.5.0-rc 2.0.0-rc"),
        Row(">= 1.0.0   < 2.0.0", "1.0.0 1.4.2", not: "2.0.0"), Row("  >1.0.0 ", "1.0.1 9.0.0", not: "1.0.0 1.0.1-a"),
        Row("<=1.2.3", "1.2.3 0.0.1", not: "1.2.4"), Row("<1.2.3", "1.2.2", not: "1.2.3"),
        Row("*", "0.0.0 9.9.9", not: "1.0.0-a"), Row("", "0.0.0 9.9.9", not: "1.0.0-a"),
        Row("x", "3.0.0", not: "3.0.0-a"),
        Row("1", "1.0.0 1.9.9", not: "0.9.9 2.0.0"), Row("1.x", "1.0.0 1.9.9", not: "0.9.9 2.0.0"),
        Row("1.X.*", "1.0.0 1.9.9", not: "2.0.0"),
        Row("1.2", "1.2.0 1.2.9", not: "1.1.9 1.3.0"), Row("1.2.*", "1.2.0 1.2.9", not: "1.3.0"),
        Row("=1.2", "1.2.7", not: "1.3.0"),
        Row("^1.2.3", "1.2.3 1.9.0", not: "1.2.2 2.0.0 2.0.0-a"), Row("^0.2.3", "0.2.3 0.2.9", not: "0.3.0 0.2.2"),
        Row("^0.0.3", "0.0.3", not: "0.0.4 0.0.2"), Row("^1.2", "1.2.0 1.9.0", not: "1.1.9 2.0.0"),
        Row("^0.2", "0.2.0 0.2.9", not: "0.3.0"),
        Row("^0.0", "0.0.0 0.0.9", not: "0.1.0"), Row("^0", "0.0.0 0.9.9", not: "1.0.0"),
        Row("^1", "1.0.0 1.9.9", not: "2.0.0"),
        Row("^0.0.x", "0.0.0 0.0.9", not: "0.1.0"), Row("^*", "5.0.0", not: "5.0.0-a"),
        Row("^0.0.0", "0.0.0", not: "0.0.1"),
        Row("~1.2.3", "1.2.3 1.2.9", not: "1.3.0 1.2.2"), Row("~1.2", "1.2.0 1.2.9", not: "1.3.0"),
        Row("~1", "1.0.0 1.9.9", not: "2.0.0"),
        Row("~>1.2.3", "1.2.9", not: "1.3.0"), Row("~0.2.3", "0.2.9", not: "0.3.0"), Row("~*", "1.0.0", not: "1.0.0-a"),
        Row("1.2.3 - 2.3.4", "1.2.3 2.3.4", not: "1.2.2 2.3.5"), Row("1.2 - 2.3.4", "1.2.0 2.3.4", not: "1.1.9"),
        Row("1.2.3 - 2.3", "2.3.9", not: "2.4.0"), Row("1.2.3 - 2", "2.9.9", not: "3.0.0"),
        Row("* - 2", "0.0.0 2.9.9", not: "3.0.0"),
        Row("<1.0.0 || >=2.0.0", "0.9.9 2.0.0 3.0.0", not: "1.0.0 1.9.9"),
        Row("1.0.0||2.0.0||3.x", "1.0.0 2.0.0 3.1.0", not: "1.0.1"),
        Row("1 || ", "0.0.1 9.0.0", not: "1.0.0-a"), Row(">1", "2.0.0 3.0.0", not: "1.9.9 2.0.0-a"),
        Row(">1.2", "1.3.0", not: "1.2.9"),
        Row("<=1", "1.9.9", not: "2.0.0"), Row("<=1.2", "1.2.9", not: "1.3.0"),
        Row("<1.2", "1.1.9", not: "1.2.0 1.2.0-a"),
        Row(">=1.2", "1.2.0 2.0.0", not: "1.1.9"), Row("<1", "0.9.9", not: "1.0.0 1.0.0-a"),
        Row(">*", "", not: "0.0.0 1.0.0"), Row("<*", "", not: "0.0.0 1.0.0"), Row(">=*", "0.0.0 1.0.0", not: "1.0.0-a"),
        Row("<=*", "0.0.0 1.0.0", not: "1.0.0-a"), Row(">=2.0.0 <1.0.0", "", not: "0.0.0 1.5.0 3.0.0"),
        Row("1.2.3-rc.2", "1.2.3-rc.2", not: "1.2.3 1.2.3-rc.3"),
        Row(">=1.2.3-rc.2", "1.2.3-rc.2 1.2.3-rc.10 1.2.3 1.3.0", not: "1.2.3-rc.1 1.2.4-rc.3"),
        Row("^1.2.3-rc.2", "1.2.3-rc.3 1.2.3 1.9.0", not: "1.2.4-rc.3 2.0.0-a"),
        Row("~1.2.3-rc.2", "1.2.3-rc.3 1.2.9", not: "1.3.0"),
        Row("<2.0.0-rc", "2.0.0-beta 1.0.0", not: "2.0.0 1.0.0-a"),
        Row("1.0.0-a || *", "1.0.0", not: "1.0.0-a"), Row(">=0.0.0 || <=2.0.0-rc", "3.0.0", not: "2.0.0-rc"),
        Row("1.0.0-a - 1.0.0", "1.0.0-b 1.0.0", not: "1.0.1"),
    ])
    func takesAndRefuses(_ row: Row) throws {
        let requirement = try VersionRequirement(parsing: row.text)
        for text in row.good {
            #expect(requirement.isSatisfied(by: try ComponentVersion(parsing: text)), "\(text) suits \(row.text)")
        }
        for text in row.bad {
            #expect(
                !requirement.isSatisfied(by: try ComponentVersion(parsing: text)), "\(text) does not suit \(row.text)")
        }
    }

    @Test(arguments: [
        "abc", ">=", "1.0.0,2.0.0", ">=1.0.0,<2.0.0", "1.2.3.4", "^^1.0.0", "=>1.0.0", "1.x.3", "1.-2", "1.0.0 -",
        "- 1.0.0",
        "1.0.0 - 2.0.0 - 3.0.0", "01.0.0", "1.0.0-", "!1.0.0", ">=1.0.0 & <2.0.0", "latest", "1000000",
    ])
    func refuses(_ text: String) {
        let fault = #expect(throws: Fault.self) { try VersionRequirement(parsing: text) }
        #expect(fault?.message.contains("\"\(text)\"") == true)
        #expect(fault?.hint != nil)
    }

    @Test func aCommaIsExplained() {
        let fault = #expect(throws: Fault.self) { try VersionRequirement(parsing: ">=1.0.0,<2.0.0") }
        #expect(fault?.hint?.contains("space") == true)
    }
}
