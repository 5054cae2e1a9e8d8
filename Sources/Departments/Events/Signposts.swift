internal import Core
internal import EventPatterns
internal import JSON
internal import Records

/// Where events of each bus go: rules with their patterns and targets, and archives, read once for as long as nobody
/// changes them.
struct Signposts: Sendable {
    struct Rule: Sendable {
        let record: Datum
        let key: String
        let pattern: EventPattern
        let targets: [Datum]
    }

    struct Archive: Sendable {
        let key: String
        /// Nil: everything.
        let pattern: EventPattern?
    }

    /// Of the records that they were made of.
    let revision: Int
    private var rules: [String: [Rule]] = [:]
    private var archives: [String: [Archive]] = [:]

    init(_ records: Records, pattern: (String) -> EventPattern?) {
        revision = records.revision
        let targets = Dictionary(grouping: records.keys(EventsDesk.Kind.target), by: EventsDesk.ruleKey(ofTarget:))
        for key in records.keys(EventsDesk.Kind.rule) {
            guard let rule = records[EventsDesk.Kind.rule, key], rule["State"]?.text == "ENABLED",
                let pattern = rule["EventPattern"]?.text.flatMap(pattern)
            else { continue }
            let bus = String(key.prefix { $0 != "\u{1}" })
            let own = (targets[key] ?? []).compactMap { records[EventsDesk.Kind.target, $0] }
            rules[bus, default: []].append(Rule(record: rule, key: key, pattern: pattern, targets: own))
        }
        for archive in records.all(EventsDesk.Kind.archive) {
            let text = archive["EventPattern"]?.text
            let pattern = text.flatMap(pattern)
            // One whose pattern cannot be read keeps nothing, rather than everything.
            guard text == nil || pattern != nil else { continue }
            let bus = EventsDesk.busName(archive["EventSourceArn"]?.text)
            archives[bus, default: []].append(Archive(key: Archives.key(archive), pattern: pattern))
        }
    }

    /// What an event sets going on a bus: a payload for each target of each rule that is for it, and copies.
    /// `chosen`: the ARNs of rules that may, where not all may.
    func outflow(of event: Datum, on bus: String, hops: Int64 = 0, rules chosen: Set<String>? = nil) -> Outflow {
        var outflow = Outflow()
        for rule in rules[bus] ?? [] {
            guard chosen?.contains(rule.record["Arn"]?.text ?? "") ?? true, rule.pattern.matches(event) else {
                continue
            }
            outflow.deliveries += rule.targets.map {
                Delivery(of: event, to: $0, rule: rule.record, key: rule.key, hops: hops)
            }
        }
        outflow.copies = copies(of: event, on: bus)
        return outflow
    }

    /// What is replayed has been kept before.
    private func copies(of event: Datum, on bus: String) -> [Outflow.Copy] {
        guard let archives = archives[bus], event["replay-name"] == nil else { return [] }
        let keepers = archives.filter { $0.pattern?.matches(event) ?? true }
        if keepers.isEmpty { return [] }
        let at = event["time"]?.text.flatMap(CivilTime.init(iso:))?.milliseconds ?? Int64(WallClock.milliseconds)
        let text = event.json
        return keepers.map { Outflow.Copy(archive: $0.key, at: at, event: text) }
    }
}
