import Core
import Testing

@testable import Telemetry

/// The rules of composite alarms: `hot` is in ALARM, `cold` is OK, `new` has no data.
@Suite struct AlarmRuleTests {
    private static let values: [String: AlarmValue] = [
        "hot": .alarm, "cold": .ok, "new": .insufficientData, "press 7 (left)": .alarm, "a\"b": .alarm,
        "arn:aws:cloudwatch:us-east-1:123456789012:alarm:hot": .alarm,
    ]

    @Test(arguments: [
        ("TRUE", true), ("FALSE", false), ("false", false), ("NOT FALSE", true), ("NOT NOT TRUE", true),
        ("ALARM(hot)", true), ("ALARM(\"hot\")", true), ("ALARM( hot )", true), ("ALARM (cold)", false),
        ("OK(cold)", true), ("OK(hot)", false), ("INSUFFICIENT_DATA(new)", true), ("INSUFFICIENT_DATA(hot)", false),
        ("ALARM(\"press 7 (left)\")", true), ("ALARM(\"a\\\"b\")", true),
        ("ALARM(arn:aws:cloudwatch:us-east-1:123456789012:alarm:hot)", true),
        ("ALARM(hot) AND OK(cold)", true), ("ALARM(hot) AND OK(hot)", false), ("OK(hot) OR OK(cold)", true),
        // AND binds more than OR, and NOT more than both.
        ("TRUE OR TRUE AND FALSE", true), ("(TRUE OR TRUE) AND FALSE", false), ("NOT FALSE AND FALSE", false),
        ("NOT (FALSE AND FALSE)", true), ("FALSE OR FALSE OR TRUE", true),
        ("(ALARM(hot) AND NOT ALARM(cold)) OR INSUFFICIENT_DATA(\"cold\")", true), ("((((TRUE))))", true),
        ("ALARM(hot)\n  AND\tOK(cold)", true),
    ])
    func holds(_ text: String, _ wanted: Bool) throws {
        let rule = try AlarmRule(parsing: text)
        #expect(rule.holds { Self.values[$0] ?? .insufficientData } == wanted)
    }

    @Test func namesItsAlarmsOnce() throws {
        #expect(try AlarmRule(parsing: "ALARM(b) OR OK(\"a\") AND NOT ALARM(b)").alarms == ["b", "a"])
    }

    @Test(arguments: [
        "", " ", "ALARM", "ALARM()", "ALARM(\"\")", "ALARM(\"a)", "ALARM(\"a\"", "ALARM(a", "ALARM(a))", "(TRUE",
        "TRUE)",
        "TRUE FALSE", "TRUE AND", "AND TRUE", "NOT", "BROKEN(a)", "ALARM(a) XOR ALARM(b)", "ALARM(a, b)", "ALARM(\"a\\",
        "TRUEST", "ALARM(a) ANDOK(b)", String(repeating: "(", count: 100), String(repeating: "NOT ", count: 100),
    ])
    func refuses(_ text: String) {
        let problem = #expect(throws: ServiceProblem.self) { try AlarmRule(parsing: text) }
        #expect(problem?.code == "ValidationException")
    }

    @Test func hasItsLimits() throws {
        let most = Array(repeating: "TRUE", count: 500).joined(separator: " AND ")
        #expect(try AlarmRule(parsing: most).holds { _ in .ok })
        #expect(throws: ServiceProblem.self) { try AlarmRule(parsing: most + " AND TRUE") }
    }
}
