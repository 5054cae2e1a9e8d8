internal import Core
internal import JSON
internal import WebClient

/// Asks a station's page, as a person could. Confined to the node's thread; no answer is waited for longer than two seconds.
final class StationClient {
    private static let patienceMilliseconds = 2_000
    private static let answerBytesMax = 4 << 20
    private let client: WebClient
    private let base: String

    init(port: Int) throws(Fault) {
        var plan = WebPlan()
        plan.connectMilliseconds = Self.patienceMilliseconds
        client = try WebClient(plan)
        base = "http://127.0.0.1:\(port)"
    }

    /// What the station says of itself; nil while nobody answers.
    var state: Datum? {
        let request = WebRequest("GET", base + "/station/state", wholeMilliseconds: Self.patienceMilliseconds)
        guard let answer = try? client.send(request, bodyBytesMax: Self.answerBytesMax), answer.isSuccess else {
            return nil
        }
        return try? Datum(json: answer.body)
    }

    /// Asks for a release. A refusal is the station's own word; nil: it will try.
    func load(_ model: String, asPerson: Bool) throws(Fault) -> String? {
        var body: DatumMap = ["model": .text(model)]
        if asPerson {
            body["by"] = "deployment"
            body["reason"] = "a deployment that takes held releases"
            body["despite_hold"] = true
        }
        let request = WebRequest(
            "POST", base + "/station/release", fields: ["Content-Type": "application/json"], body: Datum.map(body).json,
            wholeMilliseconds: Self.patienceMilliseconds)
        let answer = try client.send(request, bodyBytesMax: Self.answerBytesMax)
        if answer.isSuccess { return nil }
        let text = (try? Datum(json: answer.body))?["error"]?.text
        return text ?? "the station answered \(answer.status)"
    }
}
