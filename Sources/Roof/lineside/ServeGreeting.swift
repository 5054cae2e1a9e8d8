internal import Core
internal import EngineKeeping
internal import Inference
internal import JSON
internal import Link

/// The line on stdout that says where to go.
struct ServeGreeting {
    let url: String
    let metrics: String?
    let engine: EngineHandle?
    let options: ServeOptions

    func say() {
        guard options.wantsJSON else { return sayForPeople() }
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        json.key("url")
        json.string(url)
        json.key("metrics")
        if let metrics { json.string(metrics) } else { json.null() }
        json.key("active_model")
        if let engine { json.string(engine.name.description) } else { json.null() }
        json.key("provider")
        if let engine { json.string(engine.description.provider) } else { json.null() }
        json.endObject()
        Verbs.say(buffer.text)
    }

    private func sayForPeople() {
        let model = engine.map { engine in
            "model \(engine.name) on \(engine.description.provider), loaded in \(engine.description.loadNanoseconds / Span64.millisecond) ms"
        }
        Verbs.say("lineside serve: \(url) ready, \(model ?? "no model active")")
        if let engine, let example = example(engine) { Verbs.say("  try: \(example)") }
    }

    /// A request that works, for models whose input is small enough to type.
    private func example(_ engine: EngineHandle) -> String? {
        guard let port = engine.signature.inputs.first, engine.signature.inputs.count == 1, port.type == .float32 else {
            return nil
        }
        let count = port.shape.dropFirst().reduce(1) { $0 * max(1, $1) }
        guard port.shape.count == 2, count <= 16 else { return nil }
        let row = count == 4 ? "5.1, 3.5, 1.4, 0.2" : Array(repeating: "0.5", count: count).joined(separator: ", ")
        return "curl -s \(url)/invocations -H 'Content-Type: application/json' -d '{\"instances\": [[\(row)]]}'"
    }
}
