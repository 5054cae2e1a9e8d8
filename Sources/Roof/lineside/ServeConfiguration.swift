internal import Core
internal import HTTP
internal import Inference
internal import JSON
internal import ONNX

/// The settings in force, as `NAME=value` lines or as one JSON object (D07).
struct ServeConfiguration {
    private let pairs: [(name: String, value: String)]

    init(_ options: ServeOptions, source: ModelSource?) {
        let active = source.flatMap { try? $0.active(options).description }
        let plane = options.plane
        pairs = [
            ("MODEL_DIR", source?.folder.path ?? options.modelFolder),
            ("ACTIVE_MODEL", active ?? options.active ?? options.defaultActive),
            ("ORT_THREADS", "\(options.session.threads)"), ("METRICS_PORT", "\(options.metricsPort)"),
            ("INFER_TIMEOUT_S", "\(plane.inferSeconds)"), ("TENSOR_MIN", "\(plane.tensorMin)"),
            ("TENSOR_MAX", "\(plane.tensorMax)"),
            ("host", options.host), ("port", "\(options.port)"), ("timeout", "\(plane.otherSeconds)"),
            ("provider", options.session.providers.map(\.rawValue).joined(separator: ",")),
            ("optimization", options.session.optimization.rawValue), ("spinning", "\(options.session.spinning)"),
            ("instances", options.instances == 0 ? "auto" : "\(options.instances)"),
            ("batch-max", "\(options.batchRowsMax)"),
            ("batch-delay-us", "\(options.batchDelayMicroseconds)"),
            ("memory-budget", options.budget.map { "\($0)" } ?? "none"),
            ("body-max", "\(ByteSize(options.limits.bodyBytesMax))"),
            ("connections-max", "\(options.limits.connectionsMax)"),
            ("reactors", "\(options.reactors)"), ("tls", options.tls == nil ? "off" : "on"),
            ("token", options.token == nil ? "none" : "set"),
        ]
    }

    var text: String { pairs.map { "\($0.name)=\($0.value)" }.joined(separator: "\n") }

    var json: String {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        for (name, value) in pairs {
            json.key(name)
            json.string(value)
        }
        json.endObject()
        return buffer.text
    }
}
