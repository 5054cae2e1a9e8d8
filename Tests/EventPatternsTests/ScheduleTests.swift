import Core
import EventPatterns
import Testing

@Suite struct ScheduleTests {
    struct Firing: Sendable, CustomTestStringConvertible {
        let expression: String
        let after: String
        let next: String?
        init(_ expression: String, _ after: String, _ next: String?) {
            self.expression = expression
            self.after = after
            self.next = next
        }
        var testDescription: String { "\(expression) after \(after)" }
    }

    @Test(arguments: [
        Firing("rate(1 minute)", "2026-11-20T10:00:30Z", "2026-11-20T10:01:30Z"),
        Firing("rate(5 minutes)", "2026-11-20T23:58:00Z", "2026-11-21T00:03:00Z"),
        Firing("rate(2 hours)", "2026-11-20T10:00:00Z", "2026-11-20T12:00:00Z"),
        Firing("rate(1 day)", "2026-02-28T10:00:00Z", "2026-03-01T10:00:00Z"),
        Firing("cron(0 10 * * ? *)", "2026-11-20T09:59:59Z", "2026-11-20T10:00:00Z"),
        Firing("cron(0 10 * * ? *)", "2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z"),
        Firing("cron(15 12 * * ? *)", "2026-12-31T12:15:01Z", "2027-01-01T12:15:00Z"),
        Firing("cron(0 18 ? * MON-FRI *)", "2026-11-20T18:00:00Z", "2026-11-23T18:00:00Z"),
        Firing("cron(0 8 1 * ? *)", "2026-11-20T00:00:00Z", "2026-12-01T08:00:00Z"),
        Firing("cron(0/15 * * * ? *)", "2026-11-20T10:01:00Z", "2026-11-20T10:15:00Z"),
        Firing("cron(0/10 * ? * MON-FRI *)", "2026-11-20T23:55:00Z", "2026-11-23T00:00:00Z"),
        Firing("cron(5,35 14 * * ? *)", "2026-11-20T14:06:00Z", "2026-11-20T14:35:00Z"),
        Firing("cron(15 10 ? * 6L 2026-2030)", "2026-11-20T00:00:00Z", "2026-11-27T10:15:00Z"),
        Firing("cron(0 0 ? * 6#3 *)", "2026-11-01T00:00:00Z", "2026-11-20T00:00:00Z"),
        Firing("cron(0 0 L * ? *)", "2028-02-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        Firing("cron(0 0 15W * ? *)", "2026-11-01T00:00:00Z", "2026-11-16T00:00:00Z"),
        Firing("cron(0 0 1W * ? *)", "2026-07-31T12:00:00Z", "2026-08-03T00:00:00Z"),
        Firing("cron(0 0 31W * ? *)", "2027-01-05T00:00:00Z", "2027-01-29T00:00:00Z"),
        Firing("cron(0 0 29 2 ? *)", "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"),
        Firing("cron(0 0 1 JAN ? 2030)", "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z"),
        Firing("cron(0 0 1 1 ? 2020)", "2026-01-01T00:00:00Z", nil),
        Firing("cron(0 0 31 2 ? *)", "2026-01-01T00:00:00Z", nil),
    ])
    func firings(_ row: Firing) throws {
        let after = try #require(CivilTime(iso: row.after)).milliseconds
        let next = try Schedule(parsing: row.expression).next(after: after)
        #expect(next.map { CivilTime(milliseconds: $0).isoSeconds } == row.next)
    }

    @Test(arguments: [
        "", "rate", "rate()", "rate(5)", "rate(5 minute)", "rate(1 minutes)", "rate(0 minutes)", "rate(-1 minutes)",
        "rate(1.5 hours)", "rate(5 weeks)", "rate(36526 days)", "rate(999999 hours)", "rate(5 minutes) ",
        "Rate(5 minutes)", "cron()", "cron(* * * * *)",
        "cron(0 10 * * * *)", "cron(0 10 ? * ? *)", "cron(60 10 * * ? *)", "cron(0 24 * * ? *)", "cron(0 10 32 * ? *)",
        "cron(0 10 * 13 ? *)", "cron(0 10 ? * 8 *)", "cron(0 10 ? * FRY *)", "cron(0 10 * * ? 1900)",
        "cron(5-1 10 * * ? *)", "cron(, 10 * * ? *)", "cron(0/0 10 * * ? *)", "cron(0 10 ? * 6#6 *)",
        "at(2026-01-01T00:00:00)",
        "cron(0 10 1--5 * ? *)", "cron(+1 10 * * ? *)", "cron(99999999999999999999 10 * * ? *)",
    ])
    func refusals(_ text: String) {
        let refusal = #expect(throws: PatternRefusal.self) { try Schedule(parsing: text) }
        #expect(refusal?.reason == "Parameter ScheduleExpression is not valid.")
    }
}
