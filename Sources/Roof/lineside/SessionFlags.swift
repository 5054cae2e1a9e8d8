internal import Core
internal import ONNX

/// How a model is run: the flags that `serve`, `run` and `engine` share.
enum SessionFlags {
    static let all = [
        Flag("threads", "N", "threads inside one run (2, or ORT_THREADS)"),
        Flag("instances", "N", "runs at a time in one engine (by the measured time of a run)"),
        Flag("provider", "LIST", "cpu, cuda, tensorrt, openvino; best first: cuda,cpu (cpu)"),
        Flag("optimization", "LEVEL", "none, basic, extended or all (all)"),
        Flag("spinning", "let the runtime's threads spin: quicker alone, slower together"),
        Flag("batch-max", "N", "rows run together at most (1: off)"),
        Flag("batch-delay-us", "N", "how long the first row of a batch waits for others"),
    ]

    static func settings(_ options: Options) throws -> SessionSettings {
        var settings = SessionSettings()
        if let threads = try options.int("threads", in: 1...256) { settings.threads = threads }
        if let text = options.text("provider") {
            do throws(Fault) { settings.providers = try Provider.list(parsing: text) } catch {
                throw UsageFault(message: "--provider: \(error)")
            }
        }
        if let text = options.text("optimization") {
            guard let level = SessionSettings.Optimization(rawValue: text) else {
                throw UsageFault(message: "--optimization \(text) is none of none, basic, extended, all")
            }
            settings.optimization = level
        }
        settings.spinning = options.has("spinning")
        return settings
    }

    /// The words that hand these settings on to an engine.
    static func words(_ settings: SessionSettings, instances: Int) -> [String] {
        [
            "--threads", "\(settings.threads)", "--instances", "\(instances)", "--provider",
            settings.providers.map(\.rawValue).joined(separator: ","), "--optimization", settings.optimization.rawValue,
        ] + (settings.spinning ? ["--spinning"] : [])
    }
}
