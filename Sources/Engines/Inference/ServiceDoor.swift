internal import Core
internal import EngineKeeping
package import HTTP
internal import JSON
internal import Link
internal import Process

/// What operators read: `/metrics`, and `/openapi.json` made from the routes themselves.
package struct ServiceDoor: Sendable {
    let plane: Plane

    package init(_ plane: Plane) { self.plane = plane }

    package var metricsRoute: Route {
        unsafe Route(
            .get, "/metrics", "Figures for Prometheus", document: RouteDocument(answers: [200: ""]),
            handler: { exchange in
                exchange.respond(.ok, "text/plain; version=0.0.4; charset=utf-8") { MetricsText(plane).write(to: $0) }
            })
    }

    /// A route that describes `routes` and itself.
    package func openAPIRoute(describing routes: [Route]) -> Route {
        let own = unsafe Route(
            .get, "/openapi.json", "This description", document: RouteDocument(answers: [200: #"{"type":"object"}"#]),
            handler: { _ in })
        let text = OpenAPIText(routes + [own], version: plane.settings.version)
        return unsafe Route(own.method, own.pattern, own.summary, document: own.document) { exchange in
            exchange.respond(.ok) { text.write(to: $0) }
        }
    }
}

/// Prometheus' text format.
struct MetricsText {
    private let plane: Plane

    init(_ plane: Plane) { self.plane = plane }

    func write(to out: ByteBuffer) {
        let all = plane.book.all
        head("lineside_stage_seconds", "histogram", "Time of each stage of a request", out)
        for series in all { for stage in ModelSeries.Stage.allCases { histogram(series, stage, out) } }
        head("lineside_inferences_total", "counter", "Answers by outcome", out)
        for series in all {
            for verdict in ModelSeries.Verdict.allCases {
                out.append(
                    "lineside_inferences_total{outcome=\"\(verdict.rawValue)\",\(labels(series))} \(series.counter(verdict).value)\n"
                )
            }
        }
        head("lineside_reloads_total", "counter", "Reloads by result", out)
        out.append("lineside_reloads_total{result=\"ok\"} \(plane.book.reloads.value)\n")
        out.append("lineside_reloads_total{result=\"failed\"} \(plane.book.failedReloads.value)\n")
        head("lineside_engine_restarts_total", "counter", "Engines that ended and were replaced", out)
        out.append("lineside_engine_restarts_total \(plane.book.engineRestarts.value)\n")
        head("lineside_process_resident_bytes", "gauge", "Memory of the front", out)
        out.append("lineside_process_resident_bytes \(ProcessFacts.ownResidentBytes)\n")
        head("lineside_uptime_seconds", "gauge", "Time since the start", out)
        out.append("lineside_uptime_seconds \(Instant.now.since(plane.started) / Span64.second)\n")
        engines(out)
    }

    private func engines(_ out: ByteBuffer) {
        let loaded = plane.catalog.index().compactMap { standing in standing.engine.map { (standing, $0) } }
        head("lineside_engine_info", "gauge", "What runs each model", out)
        for (_, engine) in loaded {
            let description = engine.description
            out.append(
                "lineside_engine_info{\(labels(engine.series)),provider=\"\(description.provider)\",runtime=\"\(description.runtimeVersion)\","
                    + "fallback=\"\(description.fellBack)\"} 1\n")
        }
        head("lineside_engine_resident_bytes", "gauge", "Memory of each engine", out)
        for (_, engine) in loaded {
            out.append(
                "lineside_engine_resident_bytes{\(labels(engine.series))} \(ProcessFacts.residentBytes(of: engine.pid) ?? 0)\n"
            )
        }
        head("lineside_model_load_seconds", "gauge", "Time of the last load, warm-up included", out)
        for (_, engine) in loaded {
            out.append(
                "lineside_model_load_seconds{\(labels(engine.series))} \(Double(engine.description.loadNanoseconds) / 1e9)\n"
            )
        }
        head("lineside_requests_in_flight", "gauge", "Requests inside each engine", out)
        for (_, engine) in loaded {
            out.append("lineside_requests_in_flight{\(labels(engine.series))} \(engine.caller.inUse)\n")
        }
    }

    private func head(_ name: String, _ kind: String, _ help: String, _ out: ByteBuffer) {
        out.append("# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n")
    }

    /// Names are checked when models are found, so nothing in them needs escaping.
    private func labels(_ series: ModelSeries) -> String { "model=\"\(series.model)\",version=\"\(series.version)\"" }

    private func histogram(_ series: ModelSeries, _ stage: ModelSeries.Stage, _ out: ByteBuffer) {
        let histogram = series.histogram(stage)
        let common = "stage=\"\(stage.rawValue)\",\(labels(series))"
        var total: UInt64 = 0
        let counts = histogram.counts
        for (place, bound) in Histogram.bounds.enumerated() {
            total += counts[place]
            out.append("lineside_stage_seconds_bucket{\(common),le=\"\(bound.text)\"} \(total)\n")
        }
        total += counts[Histogram.bounds.count]
        out.append("lineside_stage_seconds_bucket{\(common),le=\"+Inf\"} \(total)\n")
        out.append("lineside_stage_seconds_sum{\(common)} \(Double(histogram.sumNanoseconds) / 1e9)\n")
        out.append("lineside_stage_seconds_count{\(common)} \(total)\n")
    }
}

/// OpenAPI 3.1, from the declarations that route.
struct OpenAPIText: Sendable {
    private let text: String

    init(_ routes: [Route], version: String) {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        json.key("openapi")
        json.string("3.1.0")
        json.key("info")
        json.beginObject()
        json.key("title")
        json.string("Lineside serve")
        json.key("version")
        json.string(version)
        json.endObject()
        json.key("paths")
        json.beginObject()
        var patterns: [String] = []
        for route in routes where !patterns.contains(route.pattern) { patterns.append(route.pattern) }
        for pattern in patterns {
            json.key(pattern)
            json.beginObject()
            for route in routes where route.pattern == pattern { Self.write(route, &json) }
            json.endObject()
        }
        json.endObject()
        json.key("components")
        json.raw(#"{"securitySchemes":{"bearer":{"type":"http","scheme":"bearer"}}}"#)
        json.endObject()
        text = buffer.text
    }

    func write(to buffer: ByteBuffer) { buffer.append(text) }

    private static func write(_ route: Route, _ json: inout JSONWriter) {
        json.key(route.method.rawValue.lowercased())
        json.beginObject()
        json.key("summary")
        json.string(route.summary)
        json.key("operationId")
        json.string(
            route.method.rawValue.lowercased()
                + route.pattern.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined())
        json.key("tags")
        json.beginArray()
        json.string(route.document.tag)
        json.endArray()
        if route.changesState { json.key("security"); json.raw(#"[{"bearer":[]}]"#) }
        parameters(route, &json)
        if !route.document.requests.isEmpty {
            json.key("requestBody")
            json.beginObject()
            json.key("content")
            contents(route.document.requests, &json)
            json.endObject()
        }
        answers(route, &json)
        json.endObject()
    }

    private static func parameters(_ route: Route, _ json: inout JSONWriter) {
        let names = route.pattern.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
        guard !names.isEmpty || !route.document.headers.isEmpty else { return }
        json.key("parameters")
        json.beginArray()
        for name in names { json.raw(#"{"name":"\#(name)","in":"path","required":true,"schema":{"type":"string"}}"#) }
        for (name, meaning) in route.document.headers.sorted(by: { $0.key < $1.key }) {
            json.raw(
                #"{"name":"\#(name)","in":"header","required":false,"description":"\#(meaning)","schema":{"type":"string"}}"#
            )
        }
        json.endArray()
    }

    private static func contents(_ schemas: [String: String], _ json: inout JSONWriter) {
        json.beginObject()
        for (type, schema) in schemas.sorted(by: { $0.key < $1.key }) {
            json.key(type)
            json.raw(#"{"schema":\#(schema)}"#)
        }
        json.endObject()
    }

    private static func answers(_ route: Route, _ json: inout JSONWriter) {
        json.key("responses")
        json.beginObject()
        var answers = route.document.answers
        if route.changesState { answers[401] = OpenInferenceDocuments.error }
        for (status, schema) in answers.sorted(by: { $0.key < $1.key }) {
            json.key("\(status)")
            json.beginObject()
            json.key("description")
            json.string(status < 300 ? "success" : "refused")
            if !schema.isEmpty { json.key("content"); contents(["application/json": schema], &json) }
            json.endObject()
        }
        json.endObject()
    }
}
