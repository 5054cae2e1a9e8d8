internal import Core
internal import Database
internal import JSON
internal import Records
internal import TopicRules

/// What a rule has to do about one message, until all of it has been done or given up.
struct RuleCarriage: Sendable {
    static let table = """
        CREATE TABLE carriages(
            n INTEGER PRIMARY KEY AUTOINCREMENT, rule TEXT, depth INTEGER, error INTEGER, head TEXT, original BLOB,
            payload BLOB, places TEXT, failures TEXT, tries INTEGER, due INTEGER);
        CREATE INDEX carriages_due ON carriages(due, n);
        """
    static let columns = "n, rule, depth, error, head, original, payload, places, failures, tries"

    /// Why one action was not carried out.
    struct Failure: Hashable, Sendable {
        let action: String
        let resource: String
        let reason: String
    }

    let number: Int64
    let rule: String
    /// How often the message has been passed on by rules.
    let depth: Int
    /// It is what is done about a failure; nothing more is done when it fails too.
    let isOfError: Bool
    let topic: String
    let client: String?
    let certificate: String?
    let milliseconds: Int64
    let trace: String
    /// What came, and what the rule made of it.
    let original: [UInt8]
    let payload: [UInt8]
    /// What is still to be done.
    var places: [TopicAction.Place] = []
    var failures: [Failure] = []
    var tries = 0

    init(rule: String, _ message: RuleMessage, _ payload: [UInt8], depth: Int, isOfError: Bool = false) {
        number = 0
        self.rule = rule
        self.depth = depth
        self.isOfError = isOfError
        topic = message.topic
        client = message.client
        certificate = message.certificate
        milliseconds = message.milliseconds
        trace = message.trace
        original = message.payload
        self.payload = payload
    }

    mutating func add(_ action: RuleAction, _ message: RuleMessage, _ version: String, stem: String) {
        do throws(RuleFailure) { places.append(try action.place(for: message, version: version, stem: stem)) } catch {
            let (name, resource) = action.failedAction
            failures.append(Failure(action: name, resource: resource, reason: error.reason))
        }
    }

    mutating func fail(_ place: TopicAction.Place, because reason: String) {
        let (name, resource) = place.failedAction
        failures.append(Failure(action: name, resource: resource, reason: reason))
    }

    /// What an error action is told.
    /// <https://docs.aws.amazon.com/iot/latest/developerguide/rule-error-handling.html>
    var complaint: Datum {
        [
            "ruleName": .text(rule), "topic": .text(topic), "cloudwatchTraceId": .text(trace),
            "clientId": .text(client ?? "n/a"), "base64OriginalPayload": .text(Base64.text(original)),
            "failures": .list(failures.map(\.datum)),
        ]
    }

    /// About how much room it takes.
    var byteCount: Int { original.count + (payload == original ? 0 : payload.count) + 512 }

    // MARK: kept

    init(_ row: Statement) throws(Fault) {
        number = row.int(0)
        rule = row.text(1)
        depth = Int(row.int(2))
        isOfError = row.int(3) != 0
        let head = try row.datum(4)
        topic = head["topic"]?.text ?? ""
        client = head["client"]?.text
        certificate = head["certificate"]?.text
        milliseconds = Int64(head["at"]?.whole ?? 0)
        trace = head["trace"]?.text ?? ""
        original = row.blob(5)
        payload = row.isNull(6) ? original : row.blob(6)
        places = (try row.datum(7).list ?? []).compactMap(TopicAction.Place.init)
        failures = (try row.datum(8).list ?? []).map(Failure.init)
        tries = Int(row.int(9))
    }

    private var head: Datum {
        var head: DatumMap = ["topic": .text(topic), "at": .whole(Int(milliseconds)), "trace": .text(trace)]
        head["client"] = client.map(Datum.text)
        head["certificate"] = certificate.map(Datum.text)
        return .map(head)
    }

    func insert(into database: Database) throws(Fault) {
        try database.run(
            """
            INSERT INTO carriages(rule, depth, error, head, original, payload, places, failures, tries, due)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?, 0, 0)
            """,
            [
                .text(rule), .int(Int64(depth)), .int(isOfError ? 1 : 0), .json(head), .bytes(original),
                payload == original ? .null : .bytes(payload), .json(.list(places.map(\.datum))),
                .json(.list(failures.map(\.datum))),
            ])
    }

    /// What is left of it waits until `due`.
    func update(in database: Database, due: Int64) throws(Fault) {
        try database.run(
            "UPDATE carriages SET places = ?2, failures = ?3, tries = ?4, due = ?5 WHERE n = ?1",
            [
                .int(number), .json(.list(places.map(\.datum))), .json(.list(failures.map(\.datum))),
                .int(Int64(tries)), .int(due),
            ])
    }

    func delete(from database: Database) throws(Fault) {
        try database.run("DELETE FROM carriages WHERE n = ?", [.int(number)])
    }
}

extension RuleCarriage.Failure {
    init(_ datum: Datum) {
        self.init(
            action: datum["failedAction"]?.text ?? "", resource: datum["failedResource"]?.text ?? "",
            reason: datum["errorMessage"]?.text ?? "")
    }

    var datum: Datum {
        ["failedAction": .text(action), "failedResource": .text(resource), "errorMessage": .text(reason)]
    }
}
