internal import Core
internal import PartLedger

/// `lineside trace`: what became of a part, and why.
enum TraceVerb {
    static let verb = Verb(
        name: "trace", summary: "show how a part was judged, and everything that was noted about it",
        usage: "trace part ID [OPTIONS]   or   trace last [N] [OPTIONS]",
        flags: [
            StateOption.flag, Flag("all", "with `part`: every judgement of that number, not only the last one"),
            Options.output,
        ],
        notes: "A PLC uses its part numbers again: --all shows the earlier parts that had the same one.", run: run)

    private static let lastCount = 20
    private static let lastCountMax = 100_000

    private static func run(_ options: Options) throws -> Int32 {
        let words = options.words
        guard let what = words.first, words.count <= 2 else {
            throw UsageFault(message: words.isEmpty ? "say `part ID` or `last`" : "too many words: \(words[2])")
        }
        switch (what, words.dropFirst().first) {
        case ("part", let id?): return try part(id, options)
        case ("part", nil): throw UsageFault(message: "a part's number is missing")
        case ("last", let count): return try last(count, options)
        default: throw UsageFault(message: "trace knows `part ID` and `last`, not \"\(what)\"")
        }
    }

    private static func part(_ text: String, _ options: Options) throws -> Int32 {
        guard let part = UInt32(text) else {
            throw UsageFault(message: "part \"\(text)\" is not a whole number from 0 to \(UInt32.max)")
        }
        let folder = StateOption.folder(options)
        let reader = try LedgerReader(folder)
        let traces = try reader.traces(part: part, all: options.has("all"))
        if try options.wantsJSON {
            Verbs.say(TraceReport(folder: folder, traces: traces).json(part: part))
        } else if let first = traces.first, traces.count == 1 {
            Verbs.say(PartCard(first, environment: try reader.environment(of: first.judgement.record), folder).text)
        } else if !traces.isEmpty {
            Verbs.say(PartTable(traces).text)
        } else {
            Log.line("part \(part) is not in \(folder.ledger); `lineside trace last` lists the parts judged last")
        }
        return traces.isEmpty ? ExitCode.judgedBad : ExitCode.ok
    }

    private static func last(_ text: String?, _ options: Options) throws -> Int32 {
        let wanted = text ?? "\(lastCount)"
        guard let count = Int(wanted), (1...lastCountMax).contains(count) else {
            throw UsageFault(message: "\"\(wanted)\" is not a number of parts from 1 to \(lastCountMax)")
        }
        guard !options.has("all") else { throw UsageFault(message: "--all belongs to `trace part`") }
        let folder = StateOption.folder(options)
        let traces = try LedgerReader(folder).lastTraces(count)
        if try options.wantsJSON {
            Verbs.say(TraceReport(folder: folder, traces: traces).json(part: nil))
        } else if traces.isEmpty {
            Verbs.say("no part has been judged yet, by \(folder.ledger)")
        } else {
            Verbs.say(PartTable(traces).text)
        }
        return ExitCode.ok
    }
}
