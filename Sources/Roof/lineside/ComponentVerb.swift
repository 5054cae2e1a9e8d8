internal import Components
internal import Core
internal import Process

/// `lineside component`: components by hand.
enum ComponentVerb {
    static let verb = Verb(
        name: "component", summary: "the node's components: list, logs, restart, config; or run some from a file",
        usage: "component list | logs NAME | restart NAME | config NAME | run SPEC.json",
        flags: [
            Flag("folder", "DIR", "for work, logs and memory (beside SPEC.json)"),
            Flag("user", "USER[:GROUP]", "whom components run as that name nobody (nobody)"),
            Flag("thing", "NAME", "the device's name in their environment (lineside)"),
            Flag("region", "NAME", "the AWS region in their environment (us-east-1)"),
            Flag("endpoint", "URL", "AWS_ENDPOINT_URL in their environment"),
            Flag("log-bytes", "BYTES", "of one component's log, all its files together (10MiB)"),
            Flag("raw-logs", "logs as the components print them, without time and stream"), Options.output,
            NodeRoot.flag, Flag("lines", "N", "with `logs`: how many of the last (100)"),
        ],
        notes: """
            Every change of a state is one line; with -o json, one JSON object a line. SIGHUP reads SPEC.json again and changes
            what changed. Ctrl-C stops everything, dependents first. docs/spec/components.md describes SPEC.json.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        if let word = options.words.first, ["list", "logs", "restart", "config"].contains(word),
            options.words.count <= 2
        {
            return try NodeComponents(options).run(word, options.words.dropFirst().first)
        }
        guard options.words.count == 2, options.words[0] == "run" else {
            throw UsageFault(
                message: "say `component list`, `logs NAME`, `restart NAME`, `config NAME` or `run SPEC.json`")
        }
        // Before there is a second thread: one that does not block them would be ended by them.
        Signals.block(and: [Signals.hangUp])
        let bench = try ComponentBench(options, path: options.words[1])
        try bench.open()
        while Signals.waitForStop(or: [Signals.hangUp]) == Signals.hangUp { bench.readAgain() }
        Log.line("the components stop")
        bench.close()
        return ExitCode.ok
    }
}
