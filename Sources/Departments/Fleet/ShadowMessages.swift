internal import Core
internal import JSON

/// Shadows by message: what a thing asks under its own topics is answered under `accepted` or `rejected`.
/// <https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-mqtt.html>
extension FleetDesk {
    /// Topics under which things speak of their shadows.
    package static let shadowFilters = ["get", "update", "delete"].flatMap { word in
        ["$aws/things/+/shadow/\(word)", "$aws/things/+/shadow/name/+/\(word)"]
    }

    /// A message under one of those topics.
    package func hear(shadowTopic topic: String, _ payload: [UInt8]) {
        let words = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 5 || words.count == 7, words[0] == "$aws", words[1] == "things", let word = words.last
        else { return }
        let token = (try? Datum(json: payload))?["clientToken"]
        let outcome = Result { () throws(ServiceProblem) -> DatumMap in
            let key = try ShadowKey(words[2], words.count == 7 ? words[5] : nil)
            switch word {
            case "get": return try shadow(key)
            // What was changed is told to everybody who listens, this thing among them.
            case "update": return try updateShadow(key, payload)
            default: return try deleteShadow(key, clientToken: token)
            }
        }
        switch outcome {
        case .success(var answer):
            guard word == "get" else { return }
            answer["clientToken"] = token
            tell(.map(answer), under: topic + "/accepted")
        case .failure(let problem):
            if problem.status >= 500 { Log.line("\(topic): \(problem.message)") }
            let refusal: DatumMap = [
                "code": .whole(problem.status), "message": .text(problem.message),
                "timestamp": .whole(Int(WallClock.milliseconds / 1000)),
            ]
            var answer = refusal
            answer["clientToken"] = token
            tell(.map(answer), under: topic + "/rejected")
        }
    }

    /// A shadow has changed, whoever changed it.
    func announce(_ key: ShadowKey, _ answer: DatumMap, from before: ShadowDocument?, to after: ShadowDocument) {
        let topic = topic(of: key) + "update"
        tell(.map(answer), under: topic + "/accepted")
        let seconds = Int(WallClock.milliseconds / 1000)
        if let delta = after.delta {
            var told: DatumMap = [
                "version": .whole(after.version), "timestamp": .whole(seconds), "state": delta,
            ]
            told["metadata"] = after.metadata(ofDelta: delta)
            told["clientToken"] = answer["clientToken"]
            tell(.map(told), under: topic + "/delta")
        }
        var documents: DatumMap = [
            "previous": before.map { .map($0.told(at: seconds)) } ?? .null,
            "current": .map(after.told(at: seconds)), "timestamp": .whole(seconds),
        ]
        documents["clientToken"] = answer["clientToken"]
        tell(.map(documents), under: topic + "/documents")
    }

    func topic(of key: ShadowKey) -> String {
        "$aws/things/\(key.thing)/shadow/" + (key.name.isEmpty ? "" : "name/\(key.name)/")
    }
}
