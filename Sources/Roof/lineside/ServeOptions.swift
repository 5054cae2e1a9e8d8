internal import Core
internal import Files
internal import HTTP
internal import Inference
internal import ONNX

/// Everything that `lineside serve` was told, by flags and by the seven variables of the seed's service (D07).
struct ServeOptions {
    var source: String?
    var modelFolder = "/opt/models"
    var modelFolderIsGiven = false
    var active: String?
    var defaultActive = "defect-detector-v17"
    var host = "127.0.0.1"
    var port = 8080
    var metricsPort = 9100
    var metricsPortIsGiven = false
    var limits = ServerLimits()
    var session = SessionSettings()
    var instances = 0
    var plane = PlaneSettings()
    var budget: ByteSize?
    var preload = false
    var tls: TLSContext?
    var token: String?
    var reactors = 1
    var batchRowsMax = 1
    var batchDelayMicroseconds = 0
    var wantsJSON = false

    static let flags =
        [
            Flag("host", "ADDRESS", "where to listen (127.0.0.1)"),
            Flag("port", "PORT", "the port; 0 picks a free one (8080)"),
            Flag("metrics-port", "PORT", "a second port for /metrics; 0: none (9100, or METRICS_PORT)"),
            Flag("active", "NAME", "the model of /infer and /invocations (ACTIVE_MODEL, or the only one there is)"),
            Flag("preload", "load every model at start"),
            Flag("memory-budget", "SIZE", "least recently used engines leave above this, e.g. 2GiB"),
            Flag("timeout", "SECONDS", "the ceiling of /v2 and /invocations (30)"),
            Flag("tls-cert", "FILE", "serve TLS with this certificate chain (PEM)"),
            Flag("tls-key", "FILE", "its key (PEM)"),
            Flag("tls-client-ca", "FILE", "ask clients for a certificate of this authority (mutual TLS)"),
            Flag("token-file", "FILE", "what changes state needs this bearer token (or LINESIDE_TOKEN)"),
            Flag("body-max", "SIZE", "the largest request body (80MiB)"),
            Flag("connections-max", "N", "the most connections (1024)"),
            Flag("header-timeout", "SECONDS", "for a whole request head (10)"),
            Flag("body-timeout", "SECONDS", "without a byte of the body (30)"),
            Flag("idle-timeout", "SECONDS", "between two requests (75)"),
            Flag("reactors", "N", "threads that serve connections (half of the processors)"),
            Flag("print-config", "print the settings in force, the seven variables among them, and end"),
            Flag("server-name", "NAME", "what /v2 says the server is (triton: its clients ask for it)"),
        ] + SessionFlags.all + [Options.output]

    init(_ options: Options, processors: Int) throws {
        guard options.words.count <= 1 else { throw UsageFault(message: "too many words: \(options.words[1])") }
        source = options.words.first
        reactors = max(1, processors / 2)
        try readEnvironment()
        try readFlags(options)
        try readSafety(options)
        plane.version = Verbs.version
        wantsJSON = try options.wantsJSON
    }

    // MARK: environment

    private mutating func readEnvironment() throws(ConfigurationFault) {
        if let folder = Environment["MODEL_DIR"] {
            guard !folder.isEmpty else {
                throw ConfigurationFault(message: "MODEL_DIR is empty: name the folder of the models")
            }
            modelFolder = folder
            modelFolderIsGiven = true
        }
        active = Environment["ACTIVE_MODEL"]
        if let active, (try? ModelName(parsing: active)) == nil {
            throw ConfigurationFault(
                message: "ACTIVE_MODEL=\(active) is not a model name: use 1 to 128 of A-Z a-z 0-9 . _ -")
        }
        session.threads = try Self.whole("ORT_THREADS", in: 1...256) ?? session.threads
        if let port = try Self.whole("METRICS_PORT", in: 0...65_535) {
            metricsPort = port
            metricsPortIsGiven = true
        }
        plane.inferSeconds = try Self.number("INFER_TIMEOUT_S") ?? plane.inferSeconds
        guard plane.inferSeconds > 0, plane.inferSeconds <= 3600 else {
            throw ConfigurationFault(
                message:
                    "INFER_TIMEOUT_S=\(Environment["INFER_TIMEOUT_S"] ?? "") is not above 0 and at most 3600 seconds")
        }
        plane.tensorMin = try Self.number("TENSOR_MIN") ?? plane.tensorMin
        plane.tensorMax = try Self.number("TENSOR_MAX") ?? plane.tensorMax
        guard plane.tensorMin < plane.tensorMax else {
            throw ConfigurationFault(
                message: "TENSOR_MIN=\(plane.tensorMin) is not below TENSOR_MAX=\(plane.tensorMax)")
        }
    }

    private static func whole(_ name: String, in range: ClosedRange<Int>) throws(ConfigurationFault) -> Int? {
        guard let text = Environment[name] else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw ConfigurationFault(
                message: "\(name)=\(text) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    private static func number(_ name: String) throws(ConfigurationFault) -> Double? {
        guard let text = Environment[name] else { return nil }
        guard let value = Double(text), value.isFinite else {
            throw ConfigurationFault(message: "\(name)=\(text) is not a number")
        }
        return value
    }

    // MARK: flags

    private mutating func readFlags(_ options: Options) throws {
        host = options.text("host") ?? host
        port = try options.int("port", in: 0...65_535) ?? port
        if let port = try options.int("metrics-port", in: 0...65_535) {
            metricsPort = port
            metricsPortIsGiven = true
        }
        if let name = options.text("active") {
            do throws(Fault) { _ = try ModelName(parsing: name) } catch {
                throw UsageFault(message: "--active: \(error)")
            }
            active = name
        }
        preload = options.has("preload")
        budget = try options.bytes("memory-budget")
        plane.otherSeconds = try options.seconds("timeout") ?? plane.otherSeconds
        plane.serverName = options.text("server-name") ?? plane.serverName
        limits.bodyBytesMax = try options.bytes("body-max")?.bytes ?? limits.bodyBytesMax
        limits.connectionsMax = try options.int("connections-max", in: 1...100_000) ?? limits.connectionsMax
        limits.headNanoseconds = try options.seconds("header-timeout").map(Span64.seconds) ?? limits.headNanoseconds
        limits.bodyNanoseconds = try options.seconds("body-timeout").map(Span64.seconds) ?? limits.bodyNanoseconds
        limits.idleNanoseconds = try options.seconds("idle-timeout").map(Span64.seconds) ?? limits.idleNanoseconds
        reactors = try options.int("reactors", in: 1...16) ?? min(reactors, 16)
        let threads = session.threads
        session = try SessionFlags.settings(options)
        if !options.has("threads") { session.threads = threads }
        instances = try options.int("instances", in: 0...256) ?? 0
        batchRowsMax = try options.int("batch-max", in: 1...4096) ?? 1
        batchDelayMicroseconds = try options.int("batch-delay-us", in: 0...10_000_000) ?? 0
    }

    private mutating func readSafety(_ options: Options) throws {
        switch (options.text("tls-cert"), options.text("tls-key")) {
        case (nil, nil):
            if options.has("tls-client-ca") {
                throw UsageFault(message: "--tls-client-ca needs --tls-cert and --tls-key")
            }
        case (let certificate?, let key?):
            for path in [certificate, key, options.text("tls-client-ca")].compactMap({ $0 })
            where !FileAccess.isReadable(path) {
                throw ConfigurationFault(message: "\(path) does not exist")
            }
            tls = try TLSContext(certificate: certificate, key: key, clientAuthority: options.text("tls-client-ca"))
        default: throw UsageFault(message: "--tls-cert and --tls-key go together")
        }
        token = try TokenFile.read(options.text("token-file")) ?? Environment["LINESIDE_TOKEN"]
        if token?.isEmpty == true { throw ConfigurationFault(message: "the bearer token is empty") }
    }
}
