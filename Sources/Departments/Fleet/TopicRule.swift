internal import Core
internal import JSON
internal import TopicRules

/// A rule, as it is kept and as it works.
struct TopicRule: Hashable, Sendable {
    static let actionsMax = 10

    let name: String
    /// As it was given, with the time of its making in milliseconds.
    let record: DatumMap
    let statement: RuleStatement
    let version: String
    let actions: [RuleAction]
    let errorAction: RuleAction?
    let isDisabled: Bool

    init(_ name: String, _ record: DatumMap) throws(ServiceProblem) {
        self.name = name
        self.record = record
        version = record["awsIotSqlVersion"]?.text ?? RuleStatement.usualVersion
        isDisabled = record["ruleDisabled"]?.bool ?? false
        do throws(SQLRefusal) {
            statement = try RuleStatement(parsing: record["sql"]?.text ?? "", version: version)
        } catch { throw FleetProblem.sql("sql: \(error)") }
        var actions: [RuleAction] = []
        for (number, action) in (record["actions"]?.list ?? []).enumerated() {
            actions.append(try RuleAction(action, at: "actions[\(number)]"))
        }
        self.actions = actions
        errorAction = try record["errorAction"].flatMap { $0.isNull ? nil : $0 }.map { action throws(ServiceProblem) in
            try RuleAction(action, at: "errorAction")
        }
    }

    /// Whether somebody will ask who sent a message: error actions tell.
    var asksForSender: Bool {
        errorAction != nil || statement.asksForSender || actions.contains(where: \.asksForSender)
    }

    /// What is to be done about a message; nil when it is none of the rule's, or nothing is to be done.
    func carriage(for message: RuleMessage, depth: Int) throws(RuleFailure) -> RuleCarriage? {
        guard !actions.isEmpty, let payload = try statement.outcome(for: message) else { return nil }
        var carriage = RuleCarriage(rule: name, message, payload, depth: depth)
        for action in actions { carriage.add(action, message, version, stem: name) }
        return carriage
    }

    /// What is to be done about actions that failed; nil without an error action.
    func errorCarriage(for failed: RuleCarriage, account: String) -> RuleCarriage? {
        guard let errorAction else { return nil }
        let payload = failed.complaint.json
        let message = RuleMessage(
            topic: failed.topic, payload: payload, client: failed.client, certificate: failed.certificate,
            account: account, milliseconds: failed.milliseconds, trace: failed.trace)
        var carriage = RuleCarriage(rule: name, message, payload, depth: failed.depth, isOfError: true)
        carriage.add(errorAction, message, version, stem: name)
        return carriage
    }
}
