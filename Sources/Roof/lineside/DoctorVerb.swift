internal import Core
internal import Files
internal import Glibc
internal import JSON
internal import Process

/// `lineside doctor`: what is missing on this machine, and how to get it.
enum DoctorVerb {
    static let verb = Verb(
        name: "doctor", summary: "check what this machine has, and say how to get what is missing",
        usage: "doctor [-o json]",
        flags: [Options.output], run: run)

    private static func run(_ options: Options) throws -> Int32 {
        guard options.words.isEmpty else { throw UsageFault(message: "too many words: \(options.words[0])") }
        let findings = Checkup.all()
        if try options.wantsJSON {
            Verbs.say(json(findings))
        } else {
            Verbs.say(findings.map(\.line).joined(separator: "\n"))
        }
        return findings.contains { $0.verdict == .bad } ? ExitCode.judgedBad : ExitCode.ok
    }

    private static func json(_ findings: [Finding]) -> String {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginArray()
        for finding in findings {
            json.beginObject()
            for (key, value) in [
                ("check", finding.name), ("verdict", finding.verdict.rawValue), ("found", finding.found),
                ("advice", finding.advice),
            ] {
                json.key(key)
                json.string(value)
            }
            json.endObject()
        }
        json.endArray()
        return buffer.text
    }
}

/// One thing that was looked at.
struct Finding {
    enum Verdict: String { case good = "ok", note, bad = "missing" }
    let name: String
    let verdict: Verdict
    let found: String
    var advice = ""

    var line: String {
        let left = verdict.rawValue + String(repeating: " ", count: 9 - verdict.rawValue.count) + name
        return left + ": " + found + (advice.isEmpty ? "" : "\n         -> " + advice)
    }
}

/// The things that a working Lineside stands on.
private enum Checkup {
    static func all() -> [Finding] {
        [runtime(), provider(), processors(), memory(), sharedMemory(), descriptors(), port(8080), port(9100), clock()]
    }

    private static func runtime() -> Finding {
        switch RuntimeFacts.ask() {
        case .success(let facts):
            Finding(name: "ONNX Runtime", verdict: .good, found: "\(facts.version) at \(facts.path)")
        case .failure(let fault):
            Finding(
                name: "ONNX Runtime", verdict: .bad, found: fault.message,
                advice:
                    "run scripts/setup, or `pip install onnxruntime` and set LINESIDE_ONNXRUNTIME to its libonnxruntime.so"
            )
        }
    }

    private static func provider() -> Finding {
        let providers = RuntimeFacts.find()?.providers ?? []
        let quick = providers.filter {
            ["CUDAExecutionProvider", "TensorrtExecutionProvider", "OpenVINOExecutionProvider"].contains($0)
        }
        return Finding(
            name: "accelerators", verdict: quick.isEmpty ? .note : .good,
            found: quick.isEmpty ? "none: models run on the CPU" : quick.joined(separator: ", "),
            advice: quick.isEmpty
                ? "for a GPU, name the onnxruntime-gpu library in LINESIDE_ONNXRUNTIME and serve with --provider cuda"
                : "")
    }

    private static func processors() -> Finding {
        let count = ProcessFacts.processorCount
        return Finding(
            name: "processors", verdict: count > 1 ? .good : .note, found: "\(count)",
            advice: count > 1
                ? "" : "with one processor the front and the engine take turns: expect deadlines to be met less exactly"
        )
    }

    private static func memory() -> Finding {
        let free = Int(sysconf(Int32(_SC_AVPHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE)))
        let enough = free > 256 << 20
        return Finding(
            name: "free memory", verdict: enough ? .good : .note, found: "\(ByteSize(free))",
            advice: enough ? "" : "an engine takes about 50 MiB and its model")
    }

    private static func sharedMemory() -> Finding {
        do throws(Fault) {
            try ProcessFacts.tryToShare(bytes: 64 << 30)
            return Finding(name: "shared memory", verdict: .good, found: "64 GiB of address space can be reserved")
        } catch {
            return Finding(
                name: "shared memory", verdict: .bad, found: error.message,
                advice: "raise `ulimit -v`, or serve with a smaller --body-max")
        }
    }

    private static func descriptors() -> Finding {
        var limit = rlimit()
        unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let enough = limit.rlim_cur >= 1_200
        return Finding(
            name: "open files", verdict: enough ? .good : .note, found: "\(limit.rlim_cur)",
            advice: enough ? "" : "`ulimit -n 4096`, or serve with a smaller --connections-max")
    }

    private static func port(_ number: Int) -> Finding {
        let free = ProcessFacts.portIsFree(number)
        let user = number == 9100 ? "METRICS_PORT (Prometheus' node_exporter uses 9100)" : "--port"
        return Finding(
            name: "port \(number)", verdict: free ? .good : .note, found: free ? "free" : "taken",
            advice: free ? "" : "choose another with \(user)")
    }

    private static func clock() -> Finding {
        let begun = Instant.now
        Pause.nanoseconds(Span64.millisecond)
        let late = Instant.now.since(begun) / 1_000
        return Finding(
            name: "timers", verdict: late < 2_000 ? .good : .note, found: "a sleep of 1000 us took \(late) us",
            advice: late < 2_000
                ? "" : "the machine is busy or its timers are coarse: deadlines will be met late by as much")
    }
}
