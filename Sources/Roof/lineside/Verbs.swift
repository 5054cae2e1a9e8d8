internal import Core
internal import Database
internal import Files
internal import Glibc

/// One word that people type after `lineside`.
struct Verb: Sendable {
    let name: String
    let summary: String
    let usage: String
    let flags: [Flag]
    var notes = ""
    let run: @Sendable (Options) throws -> Int32
}

/// The roof's list of verbs, and what is said when none of them fits.
enum Verbs {
    static let version = "0.1.0"
    static let all = [
        ServeVerb.verb, RunVerb.verb, InspectVerb.verb, PreprocessVerb.verb, SurfacesVerb.verb,
        BenchVerb.verb, DoctorVerb.verb, RecipeVerb.verb, TraceVerb.verb, ReplayVerb.verb, LedgerVerb.verb,
        CameraVerb.verb, StationVerb.verb, IOVerb.verb, PLCSimVerb.verb, LineVerb.verb, TufVerb.verb,
        DemoVerb.verb, DrillVerb.verb, EngineVerb.verb, NodeVerb.verb, DeployVerb.verb, PlanVerb.verb,
        ComponentVerb.verb, WardenVerb.verb, ReleaseVerb.verb, BundleVerb.verb, SpoolVerb.verb, HubVerb.verb,
        EnvVerb.verb, AuditVerb.verb,
    ]

    static func main() -> Never {
        exit(run(words))
    }

    /// The runtime looks for them behind the environment, and finds none where a preloaded library has moved that.
    private static var words: [String] {
        let words = Array(CommandLine.arguments.dropFirst())
        guard words.isEmpty, let bytes = try? FileAccess.read("/proc/self/cmdline", limit: 4 << 20) else {
            return words
        }
        let all = bytes.split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        return Array(all.dropFirst().dropLast())
    }

    private static func run(_ words: [String]) -> Int32 {
        guard let first = words.first else {
            say(help)
            return ExitCode.usage
        }
        switch first {
        case "--version", "-V", "version":
            say("lineside \(version)")
            return ExitCode.ok
        case "--help", "-h", "help":
            if let verb = words.dropFirst().first.flatMap({ name in all.first { $0.name == name } }) {
                say(help(verb))
            } else {
                say(help)
            }
            return ExitCode.ok
        default: break
        }
        guard let verb = all.first(where: { $0.name == first }) else {
            Log.line("no such verb: \(first); `lineside --help` lists them")
            return ExitCode.usage
        }
        return run(verb, Array(words.dropFirst()))
    }

    private static func run(_ verb: Verb, _ words: [String]) -> Int32 {
        if words.contains("--help") || words.contains("-h") {
            say(help(verb))
            return ExitCode.ok
        }
        do {
            return try verb.run(try Options(words, flags: verb.flags))
        } catch let fault as UsageFault {
            Log.line("\(fault.message); `lineside \(verb.name) --help` says more")
            return ExitCode.usage
        } catch let fault as ConfigurationFault {
            Log.line(fault.message)
            return ExitCode.configuration
        } catch let fault as Fault {
            Log.line("\(fault)")
            return ExitCode(fault).value
        } catch {
            Log.line("\(error)")
            return 1
        }
    }

    /// To stdout, in one write: what reads us may be waiting for the line.
    static func say(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { bytes in
            var place = 0
            while place < bytes.count {
                let count = unsafe write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: place), bytes.count - place)
                guard count > 0 else { return }
                place += count
            }
        }
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }

    private static var help: String {
        let width = 12
        let list = all.map { verb in
            "  " + padded(verb.name, width) + verb.summary
        }
        return """
            lineside \(version): judges parts with ONNX models, and keeps judging when everything else is down

            usage: lineside VERB [OPTIONS]

            \(list.joined(separator: "\n"))

            `lineside VERB --help` explains a verb; `lineside --version` prints the version.
            """
    }

    private static func help(_ verb: Verb) -> String {
        let width = 28
        let list = verb.flags.map { flag -> String in
            let value = flag.value.map { " \($0)" } ?? ""
            return padded("  --\(flag.name)\(value)", width) + flag.help
        }
        return """
            lineside \(verb.name): \(verb.summary)

            usage: lineside \(verb.usage)

            \(list.joined(separator: "\n"))\(verb.notes.isEmpty ? "" : "\n\n" + verb.notes)
            """
    }
}

/// What the shell is told.
struct ExitCode {
    static let ok: Int32 = 0
    static let judgedBad: Int32 = 1
    static let usage: Int32 = 2
    static let unavailable: Int32 = 69
    static let configuration: Int32 = 78

    let value: Int32

    init(_ fault: Fault) {
        switch fault.code {
        case .invalid, .notFound: value = Self.configuration
        case .unavailable, .system, .timeout, .exhausted, .busy, .diskFull, .diskFailing: value = Self.unavailable
        default: value = Self.judgedBad
        }
    }
}

/// The command line cannot be understood.
struct UsageFault: Error { let message: String }

/// A setting has a value that cannot be.
struct ConfigurationFault: Error {
    let message: String

    init(message: String) { self.message = message }

    /// A file was meant, and there is none at this path.
    init(missing path: String) {
        message = FileAccess.facts(path) == nil ? "\(path) does not exist" : "\(path) is no file that can be read"
    }
}
