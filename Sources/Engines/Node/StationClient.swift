internal import Core
internal import JSON
internal import WebClient

/// Asks a station's page, as a person could. Confined to the node's thread; how the station is has to be told within
/// two seconds, and only one that tells it is asked for more: it reads a whole release before it answers.
final class StationClient {
    private static let patienceMilliseconds = 2_000
    private static let readingMilliseconds = 20_000
    private static let answerBytesMax = 4 << 20
    private let client: WebClient
    private let page: StationPage

    init(_ page: StationPage) throws(Fault) {
        var plan = WebPlan()
        plan.connectMilliseconds = Self.patienceMilliseconds
        plan.noProxy = "*"
        client = try WebClient(plan)
        self.page = page
    }

    /// What the station says of itself; nil while nobody answers.
    var state: Datum? {
        let request = WebRequest("GET", page.address + "/station/state", wholeMilliseconds: Self.patienceMilliseconds)
        guard let answer = try? client.send(request, bodyBytesMax: Self.answerBytesMax), answer.isSuccess else {
            return nil
        }
        return try? Datum(json: answer.body)
    }

    /// Whether it would take a release. A refusal is the station's own word; nil: it would, as far as it knows.
    func check(_ model: String, asPerson: Bool) throws(Fault) -> String? {
        let answer = try post("/station/release/check", model, asPerson: asPerson)
        // A station that is older than this node cannot be asked.
        return answer.status == 404 ? nil : Self.refusal(answer)
    }

    /// Asks for a release. A refusal is the station's own word; nil: it will try.
    func load(_ model: String, asPerson: Bool) throws(Fault) -> String? {
        Self.refusal(try post("/station/release", model, asPerson: asPerson))
    }

    private func post(_ path: String, _ model: String, asPerson: Bool) throws(Fault) -> WebAnswer {
        var body: DatumMap = ["model": .text(model)]
        if asPerson {
            body["by"] = "deployment"
            body["reason"] = "a deployment that takes held releases"
            body["despite_hold"] = true
        }
        var fields: WebFields = ["Content-Type": "application/json"]
        if let token = try page.token() { fields.add("Authorization", "Bearer \(token)") }
        let request = WebRequest(
            "POST", page.address + path, fields: fields, body: Datum.map(body).json,
            wholeMilliseconds: Self.readingMilliseconds)
        return try client.send(request, bodyBytesMax: Self.answerBytesMax)
    }

    private static func refusal(_ answer: WebAnswer) -> String? {
        if answer.isSuccess { return nil }
        let text = (try? Datum(json: answer.body))?["error"]?.text
        return text ?? "the station answered \(answer.status)"
    }
}
