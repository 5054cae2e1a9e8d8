internal import Core
internal import JSON

/// How requests of a model are batched, as a load says it.
package struct BatchChange: Hashable, Sendable {
    package let rowsMax: Int
}

/// The body of a load in Triton's repository protocol: `{"parameters": {"config": "{...}"}}`. What it asks for is done or
/// refused: a load that passes over a part of it would serve something else than was ordered.
struct LoadRequest {
    /// nil when nothing is overridden.
    let batch: BatchChange?

    init(_ body: UnsafeRawBufferPointer, _ document: JSONDocument, model: String) throws(Fault) {
        guard unsafe !body.isEmpty else {
            batch = nil
            return
        }
        let root: JSONNode
        do throws(JSONDocument.Refusal) { root = unsafe try document.parse(padded: body) } catch {
            throw Fault(.invalid, "the request is not JSON: \(error.reason)")
        }
        var config: String?
        try root["parameters"]?.forEachMember { (key, value) throws(Fault) in
            guard key == "config" else { throw Self.unfit(parameter: key) }
            guard let text = value.string else { throw Fault(.invalid, "the config parameter is not a string") }
            config = text
        }
        batch = try config.flatMap { (text) throws(Fault) in try Self.batch(Array(text.utf8), model) }
    }

    private static func unfit(parameter: String) -> Fault {
        parameter.hasPrefix("file:")
            ? Fault(
                .invalid,
                "the parameter \"\(parameter)\" cannot be honoured: a model's files are not taken from a request",
                hint: "put them into the folder and load without it")
            : Fault(.invalid, "unrecognized load parameter \"\(parameter)\"")
    }

    private static func batch(_ text: [UInt8], _ model: String) throws(Fault) -> BatchChange? {
        let document = JSONDocument()
        let config = try document.parse(text, named: "the config parameter")
        guard config.kind == .object else { throw Fault(.invalid, "the config parameter is not a JSON object") }
        try config.forEachMember { (key, value) throws(Fault) in
            guard !ConfigMember(key, value).isHonoured(for: model) else { return }
            throw Fault(
                .invalid, "\(key) in the config parameter cannot be honoured",
                hint: "only max_batch_size may differ from how the model is served")
        }
        guard let size = config["max_batch_size"] else { return nil }
        guard let rows = ConfigMember.number(size), (0...4096).contains(rows) else {
            throw Fault(.invalid, "max_batch_size must be a whole number up to 4096")
        }
        return BatchChange(rowsMax: rows)
    }
}

/// One member of a Triton model configuration, held against how models are served here.
private struct ConfigMember {
    private let key: String
    private let value: JSONNode

    init(_ key: String, _ value: JSONNode) {
        self.key = key
        self.value = value
    }

    /// Numbers come as text too: the configuration is a protocol buffer, whose JSON writes 64 bits so.
    static func number(_ node: JSONNode) -> Int? { node.int ?? node.string.flatMap { Int($0) } }

    func isHonoured(for model: String) -> Bool {
        switch key {
        case "max_batch_size": true
        case "name": saysNothing || value.string == model
        case "backend": saysNothing || value.string == "onnxruntime"
        case "platform": saysNothing || value.string == "onnxruntime_onnx"
        case "default_model_filename": saysNothing || value.string == "model.onnx"
        case "version_policy": saysNothing || isNewestOnly
        // Hints and labels: without them the same model answers the same.
        case "metric_tags", "model_warmup": true
        case "dynamic_batching": isOnlyHints
        default: saysNothing
        }
    }

    /// A protocol buffer's member with its kind's empty value is as good as absent.
    private var saysNothing: Bool {
        switch value.kind {
        case .null: true
        case .bool: value.bool == false
        case .number: value.double == 0
        case .string: value.string == ""
        case .array: value.count == 0
        case .object: members.isEmpty
        }
    }

    private var members: [String: JSONNode] {
        var members: [String: JSONNode] = [:]
        value.forEachMember { members[$0] = $1 }
        return members
    }

    /// A load serves the newest version: Triton's own default.
    private var isNewestOnly: Bool {
        let policy = members
        guard policy.count == 1, let latest = policy["latest"], latest.kind == .object else { return false }
        return latest["num_versions"].map { Self.number($0) == 1 } ?? true
    }

    private var isOnlyHints: Bool {
        value.kind == .object
            && members.allSatisfy { name, part in
                name == "preferred_batch_size" || ConfigMember(name, part).saysNothing
            }
    }
}
