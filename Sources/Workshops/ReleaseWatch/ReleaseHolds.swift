package import Core

/// Which releases were taken back and wait for a person, and until when no other is switched in by itself. It is kept over
/// restarts: times are milliseconds since 1970.
package struct ReleaseHolds: Hashable, Sendable {
    package struct Hold: Hashable, Sendable {
        package let trigger: RollbackTrigger
        package let evidence: String
        package let since: Int64
    }

    /// Releases that nobody acts on for long; the oldest goes, and would have to fail again.
    private static let holdsMax = 64

    package private(set) var holds: [String: Hold] = [:]
    package private(set) var lastRollback: Int64?

    package init() {}

    package mutating func rolledBack(_ release: String, _ report: TriggerReport, wall: Int64) {
        holds[release] = Hold(trigger: report.trigger, evidence: report.evidence, since: wall)
        lastRollback = wall
        if holds.count > Self.holdsMax, let oldest = holds.min(by: { $0.value.since < $1.value.since }) {
            holds[oldest.key] = nil
        }
    }

    /// A person lets a release be tried again, and ends the cooldown.
    package mutating func personActed(on release: String) {
        holds[release] = nil
        lastRollback = nil
    }

    /// Why a release may not be switched in now; nil when it may. A person who orders it is only kept from held
    /// releases, and so is one that is no news to the line: it is at work, or was the last good one, where a rollback
    /// goes.
    package func refusal(
        of release: String, settings: WatchSettings, wall: Int64, isOrderedByPerson: Bool = false, isNews: Bool = true
    ) -> Fault? {
        if let hold = holds[release] {
            return Fault(
                .unavailable, "release \(release) was taken back for \(hold.trigger.rawValue): \(hold.evidence)",
                hint: "a person must let it go on before it may return")
        }
        guard isNews, !isOrderedByPerson, let lastRollback else { return nil }
        let cooldown = Int64(settings.cooldown / Span64.millisecond)
        // A clock that was set back must not make a pause of years.
        let elapsed = wall - lastRollback
        guard (0..<cooldown).contains(elapsed) else { return nil }
        return Fault(
            .unavailable, "the line went back to its last good release \(elapsed / 1000) s ago",
            hint: "wait \((cooldown - elapsed + 999) / 1000) s more, or order it by hand")
    }
}

/// As it is kept.
extension ReleaseHolds {
    package init(_ datum: Datum?, at path: String = "holds") throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: ["releases", "last_rollback_ms"])
        lastRollback = try reader.whole("last_rollback_ms", in: 0...(1 << 53)).map(Int64.init)
        guard let releases = reader.value("releases") else { return }
        guard let map = releases.map else { throw Fault(.invalid, "\(reader.name("releases")) must be an object") }
        for (release, value) in map.members {
            holds[release] = try Hold(value, at: reader.name("releases") + "." + release)
        }
    }

    package var datum: Datum {
        let releases = holds.sorted { $0.key < $1.key }.map { ($0.key, $0.value.datum) }
        var map = DatumMap([("releases", .map(DatumMap(releases)))])
        map["last_rollback_ms"] = lastRollback.map { .whole(Int($0)) }
        return .map(map)
    }
}

extension ReleaseHolds.Hold {
    fileprivate init(_ datum: Datum, at path: String) throws(Fault) {
        let reader = try DatumReader(datum, at: path, keys: ["trigger", "evidence", "since_ms"])
        let names = RollbackTrigger.allCases.map(\.rawValue)
        guard let trigger = try reader.choice("trigger", of: names).flatMap(RollbackTrigger.init(rawValue:)),
            let evidence = try reader.text("evidence"), let since = try reader.whole("since_ms", in: 0...(1 << 53))
        else { throw Fault(.invalid, "\(path) needs trigger, evidence and since_ms") }
        self.init(trigger: trigger, evidence: evidence, since: Int64(since))
    }

    fileprivate var datum: Datum {
        ["trigger": .text(trigger.rawValue), "evidence": .text(evidence), "since_ms": .whole(Int(since))]
    }
}
