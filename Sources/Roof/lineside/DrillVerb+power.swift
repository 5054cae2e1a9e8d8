internal import Core
internal import Files
internal import JSON
internal import PowerCuts
internal import Process

/// `lineside drill power`: the power goes at every step of every installation, in every way there is.
extension DrillVerb {
    static let powerFlags = [
        Flag(
            "mode", "MODE",
            "power: kill (processes), loss (un-flushed writes), refusal (a disk that says no) or all (all)"),
        Flag("scenario", "NAME", repeats: true, "power: only this one; `--scenario list` names them"),
        Flag("point", "POINT", "power: only this point, as a failing drill prints it"),
        Flag("random", "N", "power: losses left to chance at every step, of each of two kinds (2)"),
        Flag("folder", "DIR", "power: where killed processes keep their files (in memory)"),
    ]

    /// What kills and recovers is this program again, with these words.
    static func power(_ options: Options) throws -> Int32 {
        switch options.words.count {
        case 1: return try options.text("point").map { try again($0, options) } ?? everything(options)
        case 4: return try child(options.words)
        default: throw UsageFault(message: "no such word: \(options.words[1])")
        }
    }

    private static func child(_ words: [String]) throws(Fault) -> Int32 {
        let point = try CutPoint(parsing: words[2])
        return try KillDrill.child(words[1], point, in: words[3], say: Verbs.say) ? ExitCode.ok : ExitCode.judgedBad
    }

    private static func everything(_ options: Options) throws -> Int32 {
        guard options.texts("scenario") != ["list"] else {
            Verbs.say(Scenario.all.map(\.name).joined(separator: "\n"))
            return ExitCode.ok
        }
        let scenarios = try scenarios(options.texts("scenario"))
        let mode = options.text("mode") ?? "all"
        guard ["kill", "loss", "refusal", "all"].contains(mode) else {
            throw UsageFault(message: "--mode \(mode) is none of kill, loss, refusal and all")
        }
        let drill = PowerCutDrill(seed: try seed(options), random: try options.int("random", in: 0...1_000) ?? 2)
        let began = Instant.now
        var report = CutReport()
        if mode == "all" || mode == "loss" { report.add(drill.losses(scenarios, tell: tell)) }
        if mode == "all" || mode == "refusal" { report.add(drill.refusals(scenarios, tell: tell)) }
        if mode == "all" || mode == "kill" {
            report.add(try inFolder(options) { folder throws(Fault) in try kills(folder).run(scenarios, tell: tell) })
        }
        let seconds = Double(Instant.now.since(began)) / 1e9
        Verbs.say(try options.wantsJSON ? PowerCutTable.json(report, seconds) : PowerCutTable.text(report, seconds))
        return report.failed == 0 ? ExitCode.ok : ExitCode.judgedBad
    }

    private static func tell(_ text: String) { Log.line(text) }

    private static func seed(_ options: Options) throws(UsageFault) -> UInt64 {
        UInt64(try options.int("seed", in: 0...Int.max) ?? 1)
    }

    private static func scenarios(_ names: [String]) throws(UsageFault) -> [Scenario] {
        guard !names.isEmpty else { return Scenario.all }
        var found: [Scenario] = []
        for name in names {
            guard let scenario = Scenario.named(name) else {
                throw UsageFault(message: "no scenario \(name); `--scenario list` names them")
            }
            found.append(scenario)
        }
        return found
    }

    private static func again(_ text: String, _ options: Options) throws -> Int32 {
        let point = try CutPoint(parsing: text)
        let evidence: [String]
        if point.kind == .kill {
            evidence = try inFolder(options) { folder throws(Fault) in try kills(folder).again(point) }
        } else {
            let found = try PowerCutDrill(seed: try seed(options), random: 0).again(point)
            Log.line("\(point): \(found.what)")
            evidence = found.evidence
        }
        Verbs.say(evidence.isEmpty ? "\(point): all is well" : evidence.joined(separator: "\n"))
        return evidence.isEmpty ? ExitCode.ok : ExitCode.judgedBad
    }

    private static func kills(_ folder: String) throws(Fault) -> KillDrill {
        KillDrill(command: [try ProcessFacts.executablePath(), "drill", "power"], folder: folder)
    }

    private static func inFolder<Result>(
        _ options: Options, _ body: (String) throws(Fault) -> Result
    ) throws(Fault) -> Result {
        if let folder = options.text("folder") { return try body(folder) }
        let folder = try KillDrill.memoryFolder()
        defer { FileAccess.remove(folder) }
        return try body(folder)
    }
}
