internal import Core
internal import Process

/// What the ONNX Runtime of this machine says of itself, asked of an engine process: only engines load it.
struct RuntimeFacts {
    let version: String
    let path: String
    let providers: [String]

    static func find() -> RuntimeFacts? { try? ask().get() }

    /// The facts, or why there are none.
    static func ask() -> Result<RuntimeFacts, Fault> {
        Result { () throws(Fault) in
            let (status, text) = try ChildProcess.output(try RuntimeLocator.engineCommand() + ["--list-providers"])
            let lines = text.split(separator: "\n").map(String.init)
            guard status == "exit status 0", lines.count > 2 else {
                throw Fault(.unavailable, lines.last ?? "the engine ended with \(status)")
            }
            return RuntimeFacts(version: lines[0], path: lines[1], providers: Array(lines[2...]))
        }
    }
}
