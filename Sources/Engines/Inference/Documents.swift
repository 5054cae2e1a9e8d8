internal import HTTP

/// JSON Schema texts of the doors, kept beside the doors that mean them.
enum InspectionDocuments {
    private static let answer =
        #"{"type":"object","required":["defective","score","latency_ms","model_version","correlation_id"],"properties":{"defective":{"type":"boolean"},"score":{"type":"number"},"latency_ms":{"type":"number"},"model_version":{"type":"string"},"correlation_id":{"type":["string","null"],"maxLength":128}}}"#
    static let detail = #"{"type":"object","required":["detail"],"properties":{"detail":{"type":"string"}}}"#
    static let issues =
        #"{"type":"object","required":["detail"],"properties":{"detail":{"type":"array","items":{"type":"object","required":["type","loc","msg"],"properties":{"type":{"type":"string"},"loc":{"type":"array","items":{"type":["string","integer"]}},"msg":{"type":"string"},"ctx":{"type":"object"}}}}}}"#
    private static let standing =
        #"{"type":"object","required":["status","active_model"],"properties":{"status":{"type":"string"},"active_model":{"type":["string","null"]},"reason":{"type":"string"}}}"#

    static let infer = RouteDocument(
        tag: "inspection",
        requests: [
            "application/json":
                #"{"type":"object","required":["tensor"],"properties":{"tensor":{"type":"array","items":{"type":"number"}},"threshold":{"type":"number","minimum":0,"maximum":1,"default":0.5},"correlation_id":{"type":["string","null"],"maxLength":128}}}"#,
            "application/octet-stream":
                #"{"type":"string","format":"binary","description":"little-endian float32 values"}"#,
        ],
        answers: [200: answer, 415: detail, 422: issues, 500: detail, 503: detail],
        headers: ["X-Threshold": "the threshold of a raw tensor", "X-Correlation-Id": "the id of a raw tensor, echoed"])
    static let reload = RouteDocument(
        tag: "inspection",
        requests: [
            "application/json":
                #"{"type":"object","required":["model_name"],"properties":{"model_name":{"type":"string","minLength":1,"maxLength":128}}}"#
        ],
        answers: [
            200:
                #"{"type":"object","required":["status","active_model"],"properties":{"status":{"const":"reloaded"},"active_model":{"type":"string"}}}"#,
            404: detail, 422: #"{"anyOf":[\#(issues),\#(detail)]}"#,
        ])
    static let health = RouteDocument(tag: "health", answers: [200: standing, 503: standing])
}

enum ContainerDocuments {
    private static let error = #"{"type":"object","required":["error"],"properties":{"error":{"type":"string"}}}"#
    static let ping = RouteDocument(tag: "container", answers: [200: "", 404: ""])
    static let invocations = RouteDocument(
        tag: "container",
        requests: [
            "application/json":
                #"{"type":"object","required":["instances"],"properties":{"instances":{"type":"array","items":{"type":"array"}}}}"#,
            "text/csv": #"{"type":"string"}"#,
        ],
        answers: [
            200: #"{"type":"object","required":["predictions"],"properties":{"predictions":{"type":"array"}}}"#,
            400: error, 404: error, 500: error, 503: error,
        ],
        headers: ["X-Amzn-SageMaker-Target-Model": "another model of the folder"])
}

enum OpenInferenceDocuments {
    static let error = #"{"type":"object","required":["error"],"properties":{"error":{"type":"string"}}}"#
    private static let tensor =
        #"{"type":"object","required":["name","shape","datatype"],"properties":{"name":{"type":"string"},"shape":{"type":"array","items":{"type":"integer"}},"datatype":{"type":"string"},"parameters":{"type":"object"},"data":{"type":"array"}}}"#
    private static let request =
        #"{"type":"object","required":["inputs"],"properties":{"id":{"type":"string"},"parameters":{"type":"object"},"inputs":{"type":"array","items":"#
        + tensor
        + #"},"outputs":{"type":"array","items":{"type":"object","required":["name"]}}}}"#
    private static let answer =
        #"{"type":"object","required":["model_name","outputs"],"properties":{"model_name":{"type":"string"},"model_version":{"type":"string"},"id":{"type":"string"},"outputs":{"type":"array","items":"#
        + tensor + "}}}"

    static let infer = RouteDocument(
        tag: "v2",
        requests: ["application/json": request, "application/octet-stream": #"{"type":"string","format":"binary"}"#],
        answers: [200: answer, 400: error, 404: error, 500: error, 503: error],
        headers: ["Inference-Header-Content-Length": "the length of the JSON part when raw tensors follow it"])
    private static let model =
        #"{"type":"object","required":["name","version","state","reason"],"properties":{"name":{"type":"string"},"version":{"type":"string"},"state":{"enum":["READY","LOADING","UNAVAILABLE"]},"reason":{"type":"string"}}}"#
    private static let override =
        #"{"type":"object","properties":{"parameters":{"type":"object","properties":{"config":{"type":"string","description":"a model configuration in JSON; max_batch_size may differ from how the model is served"}}}}}"#

    static let index = RouteDocument(
        tag: "v2", requests: ["application/json": #"{"type":"object","properties":{"ready":{"type":"boolean"}}}"#],
        answers: [200: #"{"type":"array","items":\#(model)}"#])
    static let load = RouteDocument(
        tag: "v2", requests: ["application/json": override], answers: [200: "", 400: error])
    /// An answer of one object, or one of these refusals.
    static func object(_ refusals: Int...) -> RouteDocument { plain(#"{"type":"object"}"#, refusals) }
    /// An answer without a body, or one of these refusals.
    static func empty(_ refusals: Int...) -> RouteDocument { plain("", refusals) }

    private static func plain(_ answer: String, _ refusals: [Int]) -> RouteDocument {
        RouteDocument(tag: "v2", answers: refusals.reduce(into: [200: answer]) { $0[$1] = error })
    }
}
