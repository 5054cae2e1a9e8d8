internal import Core
internal import JSON
internal import LineDrill

/// `lineside drill`: millions of PLC cycles with faults, on a simulated clock; `lineside drill power`: power cuts.
enum DrillVerb {
    static let verb = Verb(
        name: "drill",
        summary: "run PLC cycles with injected faults, or installations with power cuts, and count what is wrong",
        usage: "drill [OPTIONS] | drill power [OPTIONS] | drill signatures [--count N]",
        flags: [
            Flag("cycles", "N", "PLC cycles of 5 ms (1000000)"),
            Flag("seed", "N", "of everything that is left to chance (1)"),
            Options.output,
        ] + powerFlags + signatureFlags,
        notes: """
            The plans of the PLC process, the station and the PLC are the real ones, and so is the memory between them; time, frames and
            scores are simulated. Exit status 1 when a PASS was taken for a part for which the active release computed none.

            `drill power`: every write, flush, rename, removal and start of installations, rollbacks and collections is a point at which the
            process is killed, the power goes (and takes what was not flushed, and goes again in the recovery), or the disk says no. Exit
            status 1 when after any of them something else than a verified release, whole, is active and serving.

            `drill signatures` tells what it costs to believe one of Signature Version 4.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        if options.words.first == "power" { return try power(options) }
        if options.words.first == "signatures" { return try signatures(options) }
        guard options.words.isEmpty else { throw UsageFault(message: "no such word: \(options.words[0])") }
        let cycles = try options.int("cycles", in: 1...1_000_000_000) ?? 1_000_000
        let seed = try options.int("seed", in: 0...Int.max) ?? 1
        let wantsJSON = try options.wantsJSON
        let began = Instant.now
        var drill = LineDrill(seed: UInt64(seed))
        let report = drill.run(cycles: UInt64(cycles)) { done in
            if done > 0 { Log.line("\(done) of \(cycles) cycles") }
        }
        let seconds = Double(Instant.now.since(began)) / 1e9
        Verbs.say(wantsJSON ? json(report, seconds) : table(report, seconds))
        return report.wrongPasses == 0 ? ExitCode.ok : ExitCode.judgedBad
    }

    private static func rows(_ report: DrillReport) -> [(String, DrillOutcome)] {
        [("no fault", report.undisturbed)]
            + DrillFault.allCases.map { ($0.rawValue, report.outcomes[$0] ?? DrillOutcome()) }
    }

    private static func table(_ report: DrillReport, _ seconds: Double) -> String {
        let titles = ["fault", "injected", "PASS", "REJECT", "fail-safe", "undecided", "wrong PASS"]
        var lines = [titles]
        for (name, outcome) in rows(report) {
            lines.append(
                [name]
                    + [
                        outcome.injected, outcome.passes, outcome.judgedRejects, outcome.failSafes, outcome.undecided,
                        outcome.wrongPasses,
                    ].map { "\($0)" })
        }
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        let text = lines.map { line in
            line.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - line[column].count)
                return column == 0 ? line[column] + gap : gap + line[column]
            }.joined(separator: "  ")
        }
        let factor = Double(report.simulatedNanoseconds) / 1e9 / max(seconds, 1e-9)
        return """
            \(text.joined(separator: "\n"))

            \(report.cycles) cycles, \(report.parts) parts, seed \(report.seed): \(report.wrongPasses) wrong PASS; \
            \(report.refused) verdicts refused, \(report.torn) torn letters; \(Int(factor)) times real time\
            \(report.evidence.map { "\nfirst wrong PASS: \($0)" } ?? "")
            """
    }

    private static func json(_ report: DrillReport, _ seconds: Double) -> String {
        let buffer = ByteBuffer(capacity: 4096)
        var json = JSONWriter(buffer)
        json.beginObject()
        for (key, value) in [
            ("cycles", report.cycles), ("parts", report.parts), ("seed", report.seed), ("refused", report.refused),
            ("torn", report.torn), ("wrong_passes", report.wrongPasses),
        ] {
            json.member(key, value)
        }
        json.member("seconds", seconds)
        json.member("simulated_seconds", Double(report.simulatedNanoseconds) / 1e9)
        if let evidence = report.evidence {
            json.member("evidence", evidence)
        }
        json.key("faults" as StaticString)
        json.beginArray()
        for (name, outcome) in rows(report) {
            json.beginObject()
            json.member("fault", name)
            for (key, value) in [
                ("injected", outcome.injected), ("passes", outcome.passes), ("judged_rejects", outcome.judgedRejects),
                ("fail_safes", outcome.failSafes), ("undecided", outcome.undecided),
                ("wrong_passes", outcome.wrongPasses),
            ] {
                json.member(key, value)
            }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return unsafe String(decoding: buffer.bytes, as: UTF8.self)
    }
}
