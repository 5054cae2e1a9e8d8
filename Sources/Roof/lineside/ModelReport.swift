internal import Core
internal import Files
internal import JSON
internal import ONNXFormat

/// What is known of a model file, for people and for programs.
struct ModelReport {
    let path: String
    let bytes: Int
    let model: ModelFile
    let runtime: RuntimeFacts?

    /// External data files that are not there.
    private var missingFiles: [String] {
        let folder =
            path.contains("/")
            ? path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/") : "."
        return model.externalFiles.filter { !FileAccess.isFile("\(folder)/\($0)") }
    }

    private var unmet: [String] {
        if let newest = OpsetRelease.all.map(\.opset).max(),
            let opset = model.opsets[""] ?? model.opsets[OperatorName.defaultDomain], opset > newest
        {
            return ["opset \(opset), and the newest that any known ONNX Runtime runs is \(newest)"]
        }
        guard let version = runtime.flatMap({ RuntimeVersion(parsing: $0.version) }) else { return [] }
        return model.unmetRequirements(by: version).map { "\($0)" }
    }

    var isRunnable: Bool { missingFiles.isEmpty && unmet.isEmpty }

    private var opsets: [(String, Int)] {
        model.opsets.map { ($0.key.isEmpty ? OperatorName.defaultDomain : $0.key, $0.value) }.sorted { $0.0 < $1.0 }
    }

    private var operators: [(OperatorName, Int)] {
        model.operators.map { ($0.key, $0.value) }.sorted { $0.1 == $1.1 ? $0.0 < $1.0 : $0.1 > $1.1 }
    }

    var text: String {
        var lines = [
            "model       \(path) (\(ByteSize(bytes)))",
            "producer    \(model.producerName) \(model.producerVersion)",
            "IR version  \(model.irVersion)",
            "opset       " + opsets.map { "\($0.0) \($0.1)" }.joined(separator: ", "),
            "parameters  \(model.parameterCount)",
            "operators   " + operators.prefix(12).map { "\($0.0) \($0.1)" }.joined(separator: ", "),
        ]
        lines += model.inputs.map { "input       \($0)" }
        lines += model.outputs.map { "output      \($0)" }
        if let least = model.minimumRuntime { lines.append("needs       ONNX Runtime \(least) or newer") }
        if let runtime {
            lines.append("runtime     ONNX Runtime \(runtime.version) at \(runtime.path)")
            lines.append("providers   \(runtime.providers.joined(separator: ", "))")
        } else {
            lines.append("runtime     none found; `lineside doctor` says how to get it")
        }
        lines += missingFiles.map { "missing     external data file \($0)" }
        lines += unmet.map { "too new     \($0)" }
        return lines.joined(separator: "\n")
    }

    var json: String {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        for (key, value) in [
            ("path", path), ("producer_name", model.producerName), ("producer_version", model.producerVersion),
            ("graph_name", model.graphName),
        ] {
            json.key(key)
            json.string(value)
        }
        for (key, value) in [
            ("bytes", bytes), ("ir_version", model.irVersion), ("model_version", model.modelVersion),
            ("parameters", model.parameterCount),
        ] {
            json.key(key)
            json.int(value)
        }
        counts("opsets", opsets, &json)
        counts("operators", operators.map { ("\($0.0)", $0.1) }, &json)
        values("inputs", model.inputs, &json)
        values("outputs", model.outputs, &json)
        list("external_files", model.externalFiles, &json)
        list("missing_files", missingFiles, &json)
        list("unmet_requirements", unmet, &json)
        json.key("minimum_runtime")
        if let least = model.minimumRuntime { json.string("\(least)") } else { json.null() }
        json.key("runtime")
        if let runtime { json.string(runtime.version) } else { json.null() }
        list("providers", runtime?.providers ?? [], &json)
        json.endObject()
        return buffer.text
    }

    private func counts(_ key: String, _ pairs: [(String, Int)], _ json: inout JSONWriter) {
        json.key(key)
        json.beginObject()
        for (name, count) in pairs {
            json.key(name)
            json.int(count)
        }
        json.endObject()
    }

    private func list(_ key: String, _ texts: [String], _ json: inout JSONWriter) {
        json.key(key)
        json.beginArray()
        for text in texts { json.string(text) }
        json.endArray()
    }

    private func values(_ key: String, _ values: [ModelValue], _ json: inout JSONWriter) {
        json.key(key)
        json.beginArray()
        for value in values {
            json.beginObject()
            json.key("name")
            json.string(value.name)
            json.key("type")
            json.string("\(value.type)")
            json.key("shape")
            json.beginArray()
            for side in value.dimensions ?? [] {
                if case .fixed(let size) = side { json.int(size) } else { json.string("\(side)") }
            }
            json.endArray()
            json.endObject()
        }
        json.endArray()
    }
}
