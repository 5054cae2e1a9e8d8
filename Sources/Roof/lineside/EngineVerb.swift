internal import Core
internal import EngineHost
internal import ONNX
internal import Process

/// `lineside engine`: one model in a process of its own. Started by others, not by people.
enum EngineVerb {
    static let flags =
        SessionFlags.all + [
            Flag("model", "FILE", "the model"),
            Flag("library", "FILE", repeats: true, "where ONNX Runtime may be, best first"),
            Flag("link", "FD", "the shared memory"),
            Flag("bells", "FD", "the page of bells"),
            Flag("bell-descriptors", "FDS", "the bells, with commas"),
            Flag("control", "FD", "the control socket"),
            Flag("priority", "N", "of the real-time class, for the threads that run"),
            Flag("list-providers", "prints the runtime's version, path and providers, and ends"),
        ]

    static let verb = Verb(
        name: "engine", summary: "one model in a process of its own (started by others, not by people)",
        usage: "engine --model FILE --link FD ...", flags: flags, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        if options.has("list-providers") { return try listProviders(options) }
        var order = EngineOrder()
        guard let model = options.text("model"), let link = try options.int("link", in: 3...1 << 20) else {
            throw UsageFault(message: "lineside engine is started by `lineside serve` and other verbs, not by people")
        }
        order.model = model
        order.linkDescriptor = Int32(link)
        order.libraries = options.texts("library")
        order.settings = try SessionFlags.settings(options)
        order.instances = try options.int("instances", in: 0...256) ?? 0
        order.priority = try options.int("priority", in: 0...98) ?? 0
        order.batch = BatchRule(
            rowsMax: max(1, try options.int("batch-max", in: 0...4096) ?? 1),
            delayNanoseconds: UInt64(try options.int("batch-delay-us", in: 0...10_000_000) ?? 0) * 1_000)
        order.bellMemory = Int32(try options.int("bells", in: 3...1 << 20) ?? -1)
        order.controlDescriptor = Int32(try options.int("control", in: 3...1 << 20) ?? -1)
        order.bellDescriptors = (options.text("bell-descriptors") ?? "").split(separator: ",").compactMap { Int32($0) }
        // The front decides when we end: Ctrl-C reaches the whole group, and requests in progress are to finish first.
        Signals.ignoreInterrupts()
        try Engine.run(order)
        return ExitCode.ok
    }

    private static func listProviders(_ options: Options) throws -> Int32 {
        let library = try RuntimeLibrary(candidates: options.texts("library"))
        Verbs.say(([library.version, library.path] + (try library.availableProviders())).joined(separator: "\n"))
        return ExitCode.ok
    }
}
