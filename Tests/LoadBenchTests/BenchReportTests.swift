import LoadBench
import Testing

/// How a run is saved, read back and shown.
@Suite struct BenchReportTests {
    @Test func readsBackWhatItWrote() throws {
        let report = try BenchReport.sample()
        #expect(try BenchReport(json: report.json) == report)
    }

    @Test(arguments: [nil, 0.1, 1e-3, 1_000_000, 1.0 / 3] as [Double?])
    func ratesReadBackEqual(_ rate: Double?) throws {
        var report = BenchReport(conditions: BenchConditions())
        report.conditions.rate = rate
        #expect(try BenchReport(json: report.json) == report)
    }

    @Test(arguments: ["", "ü € 😀", "\u{1}\n\t\"\\/", "http://h/?q=\u{7F}"])
    func textReadsBackEqual(_ text: String) throws {
        var report = BenchReport(conditions: BenchConditions())
        report.conditions.url = text
        #expect(try BenchReport(json: report.json) == report)
    }

    @Test func theLayoutIsWhatItIs() throws {
        let json = try BenchReport.sample().json
        for member in [
            "\"format\":\"lineside-bench/1\"", "\"statuses\":{\"200\":290,\"503\":10}",
            "\"errors\":{\"closed\":2,\"timeout\":4}", "\"seed\":18446744073709551615", "\"requested_rate\":123.456",
            "\"response_ns\":{\"count\":304,\"max\":1005,\"mean\":1000,\"p50\":1001,\"p90\":1002,",
        ] {
            #expect(json.contains(member), "\(member) is not in \(json)")
        }
    }

    @Test(arguments: [
        (old: "{\"", new: "\"", saying: "follows the end of the document"),
        (old: "lineside-bench/1", new: "lineside-bench/9", saying: "format \"lineside-bench/9\""),
        (old: "\"sent\":308", new: "\"sent\":\"308\"", saying: "sent is not a whole number"),
        (old: "\"sent\":308", new: "\"sent\":-1", saying: "sent is not a whole number"),
        (old: "\"sent\":308,", new: "", saying: "sent is not a whole number"),
        (old: "\"sent\":308", new: "\"sent\":308,\"sent\":309", saying: "\"sent\" twice"),
        (old: "\"timeout\":4", new: "\"boredom\":4", saying: "errors.boredom is not known"),
        (old: "\"503\":10", new: "\"5xx\":10", saying: "statuses.5xx is not known"),
        (old: "poisson", new: "sometimes", saying: "unknown arrivals \"sometimes\""),
        (old: "\"stopped_early\":true", new: "\"stopped_early\":1", saying: "stopped_early is not true or false"),
        (old: "\"service_ns\":{", new: "\"service_ns\":3,\"x\":{", saying: "service_ns is not an object"),
        (old: "123.456,", new: "123.4.56,", saying: "the number 123.4.56"),
        (old: "123.456,", new: "NaN,", saying: "a number that is not finite"),
        (old: "\"sent\":308", new: "\"sent\":308.0", saying: "sent is not a whole number"),
        (old: "18446744073709551615", new: "18446744073709551616", saying: "seed is not a whole number"),
        (old: "{", new: "{\"x\":[1,Infinity],", saying: "a number that is not finite"),
        (old: "{", new: "{\"x\":[{\"y\":1,\"y\":2}],", saying: "\"y\" twice"),
        (old: "{", new: "{\"x\":[[[[[[[[1]]]]]]]],", saying: "too much nesting"),
    ])
    func refuses(_ row: (old: String, new: String, saying: String)) throws {
        var json = try BenchReport.sample().json
        json.replaceSubrange(try #require(json.firstRange(of: row.old)), with: row.new)
        let error = #expect(throws: BenchError.self) { try BenchReport(json: json) }
        #expect(error?.message.contains(row.saying) == true, "\(error?.message ?? "no error")")
    }

    @Test func unknownMembersAreLeftAlone() throws {
        let report = try BenchReport.sample()
        let json = "{\"x\":[[[[[[[1,2]]]]]]],\"y\":{\"z\":[null,\"\"]}," + report.json.dropFirst()
        #expect(try BenchReport(json: json) == report)
    }

    @Test func refusesWhatIsTooLarge() throws {
        let json = try BenchReport.sample().json + String(repeating: " ", count: 1 << 20)
        let error = #expect(throws: BenchError.self) { try BenchReport(json: json) }
        #expect(error?.message == "not a saved report: more than 1048576 bytes")
    }

    @Test func noTruncationReadsOrCrashes() throws {
        let json = try BenchReport.sample().json
        for length in 0..<json.count {
            #expect(throws: BenchError.self) { try BenchReport(json: String(json.prefix(length))) }
        }
    }

    @Test(arguments: [
        "[[[[[[[[[[1]]]]]]]]]]", "tru", "\"\\u12\"", "\"\\x\"", "\"\\ud800\"", "\"\u{1}\"", "1 2", "+1", "NaN",
    ])
    func refusesWhatIsNoJSON(_ text: String) {
        #expect(throws: BenchError.self) { try BenchReport(json: text) }
    }

    @Test func showsWhatMattersToAPerson() throws {
        let text = try BenchReport.sample().description
        for part in [
            "123.456 requests/s (poisson)", "stopped early", "status 200: 290, 503: 10",
            "without an answer timeout: 4, closed: 2, under way at the end: 2", "every connection was busy: 5", "p99.9",
        ] {
            #expect(text.contains(part), "\(part) is not in \(text)")
        }
        #expect(!text.contains("Optional"))
    }
}

/// Two runs side by side.
@Suite struct BenchComparisonTests {
    @Test func figuresHaveRatios() throws {
        let old = try BenchReport.sample()
        var new = old
        new.counts.answered = 150
        new.response.p99 = old.response.p99 * 3
        new.counts.statuses = [200: 300]
        let comparison = BenchComparison(baseline: old, candidate: new)
        let ratios = Dictionary(uniqueKeysWithValues: comparison.rows.map { ($0.name, $0.ratio) })
        #expect(ratios["rate"] == 0.5)
        #expect(ratios["response p99"] == 3)
        #expect(ratios["service max"] == 1)
        #expect(ratios["not 2xx"] == 0)
        #expect(comparison.rows.count == 15)
        #expect(comparison.differences.isEmpty)
    }

    @Test func nothingOverNothingIsNoRatio() {
        let empty = BenchReport(conditions: BenchConditions())
        let comparison = BenchComparison(baseline: empty, candidate: empty)
        #expect(comparison.rows.allSatisfy { $0.ratio == nil })
        #expect(comparison.description.contains("-"))
    }

    @Test func differentConditionsAreNamed() throws {
        let old = try BenchReport.sample()
        var new = old
        new.conditions.rate = nil
        new.conditions.connections = 64
        let comparison = BenchComparison(baseline: old, candidate: new)
        #expect(comparison.differences == ["rate: 123.456 and closed loop", "connections: 2 and 64"])
        #expect(comparison.description.contains("not the same in both runs: connections: 2 and 64"))
    }

    @Test func theTableIsAligned() throws {
        let old = try BenchReport.sample()
        let lines = BenchComparison(baseline: old, candidate: old).description.split(separator: "\n")
        #expect(Set(lines.map(\.count)).count == 1)
    }
}
