internal import Core
internal import Database
internal import JSON
internal import Records
internal import Synchronization

/// Jobs by message. <https://docs.aws.amazon.com/iot/latest/developerguide/jobs-mqtt-https-api.html>
extension FleetDesk {
    /// Topics under which things ask for their jobs; those of a namespace have one word more.
    package static let jobFilters = [
        "$aws/things/+/jobs/get", "$aws/things/+/jobs/start-next", "$aws/things/+/jobs/+/get",
        "$aws/things/+/jobs/+/update", "$aws/things/+/jobs/+/+/get", "$aws/things/+/jobs/+/+/update",
    ]

    /// A message under one of those topics.
    package func hear(jobTopic topic: String, _ payload: [UInt8]) {
        let words = topic.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (5...7).contains(words.count), words[3] == "jobs", let word = words.last else { return }
        // `notify`, `accepted` and the like are said by the hub.
        guard ["get", "update", "start-next"].contains(word) else { return }
        let said = payload.isEmpty ? Datum.map(DatumMap()) : (try? Datum(json: payload)) ?? .null
        let (thing, id) = (words[2], words.count > 5 ? words[4] : "")
        let namespace = words.count == 7 ? words[5] : nil
        let outcome = Result { () throws(ServiceProblem) -> DatumMap in
            guard said.map != nil else { throw ServiceProblem("InvalidJsonException", "the message is no JSON object") }
            switch (word, id) {
            case ("get", ""): return try pendingRuns(thing, namespace: nil)
            case ("start-next", _):
                return execution(try startNextRun(thing, namespace: nil, details: said["statusDetails"]))
            case ("update", _): return try updateRun(thing, id, said)
            default:
                return execution(
                    try run(
                        thing, id, namespace: namespace, hasDocument: said["includeJobDocument"]?.bool ?? true))
            }
        }
        answer(outcome, said["clientToken"], under: topic) { state(of: thing, id) }
    }

    private func state(of thing: String, _ id: String) -> Datum? {
        try? shelf.read { database throws(Fault) in try JobRun.find(thing, id, database)?.state }
    }

    private func execution(_ run: DatumMap?) -> DatumMap {
        var answer = DatumMap()
        answer["execution"] = run.map { .map($0) }
        return answer
    }

    /// Codes of those who do not know how a run stands: they are told.
    private static let astray: Set<String> = ["VersionMismatch", "InvalidStateTransition"]

    private func answer(
        _ outcome: Result<DatumMap, ServiceProblem>, _ token: Datum?, under topic: String,
        state: () -> Datum?
    ) {
        let now = Datum.whole(Int(WallClock.milliseconds / 1000))
        switch outcome {
        case .success(var answer):
            answer["clientToken"] = token
            answer["timestamp"] = now
            tell(.map(answer), under: topic + "/accepted")
        case .failure(let problem):
            if problem.status >= 500 { Log.line("\(topic): \(problem.message)") }
            // Messages carry the codes without what HTTP hangs on them.
            let code = problem.code.hasSuffix("Exception") ? String(problem.code.dropLast(9)) : problem.code
            var answer: DatumMap = ["code": .text(code), "message": .text(problem.message), "timestamp": now]
            answer["clientToken"] = token
            if Self.astray.contains(code) { answer["executionState"] = state() }
            tell(.map(answer), under: topic + "/rejected")
        }
    }

    /// A thing's jobs may have changed in any namespace.
    func notifyAll(_ thing: String) throws(ServiceProblem) {
        let namespaces = try shelf.read { database throws(Fault) in
            try database.rows(
                """
                SELECT DISTINCT namespace FROM jobs JOIN runs ON runs.job = jobs.id
                WHERE runs.thing = ? AND runs.status IN ('QUEUED', 'IN_PROGRESS')
                """, [.text(thing)]
            ) { $0.isNull(0) ? nil : $0.text(0) }
        }
        for namespace in namespaces { notify(thing, namespace) }
        rollout.ring()
    }

    /// What a thing has to do has changed. One at a time, so that what is told last is what is so.
    func notify(_ thing: String, _ namespace: String?) {
        do throws(ServiceProblem) {
            try nextTold.withLock { known throws(ServiceProblem) in try notify(thing, namespace, &known) }
        } catch { Log.line("a thing is not told of its jobs: \(error.message)") }
    }

    private func notify(
        _ thing: String, _ namespace: String?, _ known: inout [String: String]
    ) throws(ServiceProblem) {
        let runs = try shelf.read { database throws(Fault) in
            try JobRun.pending(thing, namespace: namespace, database)
        }
        let now = Datum.whole(Int(WallClock.milliseconds / 1000))
        var lists = DatumMap()
        for status in ["QUEUED", "IN_PROGRESS"] {
            let told = runs.filter { $0.status == status }.map { Datum.map($0.told) }
            if !told.isEmpty { lists[status] = .list(told) }
        }
        let end = namespace.map { "-" + $0 } ?? ""
        let topic = "$aws/things/\(thing)/jobs/"
        tell(["timestamp": now, "jobs": .map(lists)], under: topic + "notify" + end)
        // Which job is next, and not how it goes on: devices begin what they are told here.
        let place = topic + "notify-next" + end
        if let first = runs.first, known[place] == first.job { return }
        var next: DatumMap = ["timestamp": now]
        next["execution"] = try run(thing, "$next", namespace: namespace, hasDocument: true).map { .map($0) }
        tell(.map(next), under: place)
        known[place] = runs.first?.job
    }
}
