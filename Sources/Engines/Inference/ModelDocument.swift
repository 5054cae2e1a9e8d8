internal import Core
internal import EngineKeeping
internal import InferenceProtocol
internal import JSON
internal import Link

/// What the protocol tells of a loaded model.
struct ModelDocument {
    private let engine: EngineHandle
    private let versions: [String]

    init(_ engine: EngineHandle, versions: [String]) {
        self.engine = engine
        self.versions = versions
    }

    func writeMetadata(to buffer: ByteBuffer) {
        var json = JSONWriter(buffer)
        json.beginObject()
        json.key("name")
        json.string(engine.name.description)
        json.key("versions")
        json.beginArray()
        for version in versions { json.string(version) }
        json.endArray()
        json.key("platform")
        json.string("onnxruntime_onnx")
        json.key("inputs")
        ports(engine.signature.inputs, &json)
        json.key("outputs")
        ports(engine.signature.outputs, &json)
        json.endObject()
    }

    private func ports(_ ports: [Port], _ json: inout JSONWriter) {
        json.beginArray()
        for port in ports {
            json.beginObject()
            json.key("name")
            json.string(port.name)
            json.key("datatype")
            json.string(port.type.name)
            json.key("shape")
            dimensions(port.shape[...], &json)
            json.endObject()
        }
        json.endArray()
    }

    private func dimensions(_ shape: ArraySlice<Int>, _ json: inout JSONWriter) {
        json.beginArray()
        for side in shape { json.int(side) }
        json.endArray()
    }

    /// Triton leaves the batch axis out of `dims` when `max_batch_size` is not zero.
    func writeConfiguration(to buffer: ByteBuffer) {
        let rows = engine.batchRowsMax
        var json = JSONWriter(buffer)
        json.beginObject()
        for (key, value) in [
            ("name", engine.name.description), ("platform", "onnxruntime_onnx"), ("backend", "onnxruntime"),
            ("default_model_filename", "model.onnx"),
        ] {
            json.key(key)
            json.string(value)
        }
        json.key("max_batch_size")
        json.int(rows)
        for (key, ports) in [("input", engine.signature.inputs), ("output", engine.signature.outputs)] {
            json.key(key)
            json.beginArray()
            for port in ports { write(port, withoutBatch: rows > 0, &json) }
            json.endArray()
        }
        json.key("instance_group")
        json.beginArray()
        json.beginObject()
        json.key("name")
        json.string(engine.name.description)
        json.key("kind")
        json.string(engine.description.provider == "cpu" ? "KIND_CPU" : "KIND_GPU")
        json.key("count")
        json.int(engine.description.instances)
        json.endObject()
        json.endArray()
        if engine.description.batches {
            json.key("dynamic_batching")
            json.beginObject()
            json.endObject()
        }
        json.endObject()
    }

    private func write(_ port: Port, withoutBatch: Bool, _ json: inout JSONWriter) {
        json.beginObject()
        json.key("name")
        json.string(port.name)
        json.key("data_type")
        json.string("TYPE_" + (port.type == .string ? "STRING" : port.type.name))
        json.key("format")
        let sides = withoutBatch ? port.shape.dropFirst() : port.shape[...]
        let isImage = port.shape.count == 4 && (port.shape[1] == 1 || port.shape[1] == 3)
        json.string(isImage && sides.count == 3 ? "FORMAT_NCHW" : "FORMAT_NONE")
        json.key("dims")
        dimensions(withoutBatch ? port.shape.dropFirst() : port.shape[...], &json)
        json.endObject()
    }
}

/// Triton's statistics: counts and sums of nanoseconds.
struct StatisticsDocument {
    private let standings: [ModelStanding]
    private let book: MetricsBook

    init(_ standings: [ModelStanding], _ book: MetricsBook) {
        self.standings = standings
        self.book = book
    }

    func write(to buffer: ByteBuffer) {
        var json = JSONWriter(buffer)
        json.beginObject()
        json.key("model_stats")
        json.beginArray()
        for standing in standings {
            let (model, version) = (standing.key.name.description, "\(standing.key.version)")
            // What was never loaded, or so long ago that it is forgotten, has counted nothing.
            write(
                standing, book.known(model: model, version: version) ?? ModelSeries(model: model, version: version),
                &json)
        }
        json.endArray()
        json.endObject()
    }

    private func write(_ standing: ModelStanding, _ series: ModelSeries, _ json: inout JSONWriter) {
        let good = series.counter(.ok).value + series.counter(.defective).value
        let bad = series.counter(.timeout).value + series.counter(.error).value
        json.beginObject()
        json.key("name")
        json.string(standing.key.name.description)
        json.key("version")
        json.string("\(standing.key.version)")
        json.key("last_inference")
        json.uint(series.lastAnswer.value)
        json.key("inference_count")
        json.uint(good)
        json.key("execution_count")
        json.uint(series.runs.value)
        json.key("inference_stats")
        json.beginObject()
        let whole = ModelSeries.Stage.allCases.reduce(UInt64(0)) { $0 + series.histogram($1).sumNanoseconds }
        entry("success", good, whole, &json)
        entry("fail", bad, 0, &json)
        entry("queue", good, series.histogram(.queue).sumNanoseconds, &json)
        entry("compute_input", good, series.histogram(.parse).sumNanoseconds, &json)
        entry("compute_infer", good, series.histogram(.run).sumNanoseconds, &json)
        entry("compute_output", good, series.histogram(.write).sumNanoseconds, &json)
        entry("cache_hit", 0, 0, &json)
        entry("cache_miss", 0, 0, &json)
        json.endObject()
        json.key("batch_stats")
        json.beginArray()
        json.endArray()
        json.endObject()
    }

    private func entry(_ name: StaticString, _ count: UInt64, _ nanoseconds: UInt64, _ json: inout JSONWriter) {
        json.key(name)
        json.beginObject()
        json.key("count")
        json.uint(count)
        json.key("ns")
        json.uint(nanoseconds)
        json.endObject()
    }
}
