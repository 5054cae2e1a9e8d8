internal import Core
internal import Database
internal import EventPatterns
internal import JSON
internal import Records

/// What events set going: letters to targets, and copies in archives.
struct Outflow: Sendable {
    struct Copy: Sendable {
        let archive: String
        /// When it happened, in milliseconds.
        let at: Int64
        let event: [UInt8]
    }

    var deliveries: [Delivery] = []
    var copies: [Copy] = []

    var isEmpty: Bool { deliveries.isEmpty && copies.isEmpty }

    static func + (left: Outflow, right: Outflow) -> Outflow {
        Outflow(deliveries: left.deliveries + right.deliveries, copies: left.copies + right.copies)
    }

    /// Within the change that takes the events in.
    func write(_ now: Int64, _ couriers: Couriers, to database: Database) throws(Fault) {
        try couriers.add(deliveries, now, to: database)
        for copy in copies {
            try database.run(
                "INSERT INTO kept(archive, at, event) VALUES(?, ?, ?)",
                [.text(copy.archive), .int(copy.at), .bytes(copy.event)])
        }
    }
}

extension EventsDesk {
    /// What an event sets going on a bus: a payload for each target of each rule that is for it.
    /// `rules`: the ARNs of those that may, where not all may.
    func outflow(
        of event: Datum, on bus: String, _ records: Records, hops: Int64 = 0, rules: Set<String>? = nil
    ) -> Outflow {
        var outflow = Outflow()
        for key in records.keys(Kind.rule, prefix: Self.ruleKey(bus, "")) {
            guard let rule = records[Kind.rule, key], rule["State"]?.text == "ENABLED",
                let text = rule["EventPattern"]?.text, rules?.contains(rule["Arn"]?.text ?? "") ?? true,
                let pattern = pattern(text), pattern.matches(event)
            else { continue }
            outflow.deliveries += deliveries(of: event, to: rule, key, records, hops: hops)
        }
        outflow.copies = copies(of: event, on: bus, records)
        return outflow
    }

    func deliveries(
        of event: Datum, to rule: Datum, _ key: String, _ records: Records, hops: Int64
    ) -> [Delivery] {
        records.all(Kind.target, prefix: key + "\u{1}").map { target in
            Delivery(of: event, to: target, rule: rule, key: key, hops: hops)
        }
    }

    /// What is replayed has been kept before.
    private func copies(of event: Datum, on bus: String, _ records: Records) -> [Outflow.Copy] {
        guard records.count(Kind.archive) > 0, event["replay-name"] == nil else { return [] }
        let arn = busARN(bus)
        let archives = records.all(Kind.archive).filter { archive in
            archive["EventSourceArn"]?.text == arn
                && (archive["EventPattern"]?.text.map { pattern($0)?.matches(event) ?? false } ?? true)
        }
        if archives.isEmpty { return [] }
        let at = event["time"]?.text.flatMap(CivilTime.init(iso:))?.milliseconds ?? Int64(WallClock.milliseconds)
        let text = event.json
        return archives.map { Outflow.Copy(archive: $0["ArchiveName"]?.text ?? "", at: at, event: text) }
    }
}
