internal import Core
internal import Records

/// Judges alarms again and again, and tells of those that changed.
///
/// Concurrency: one thread; what it is to tell lies in a table in the same change as the alarm, so that whatever is
/// killed tells it when it is back.
final class AlarmWatch: Sendable {
    private static let pause = 2 * Span64.second
    /// A state that was set by hand is seen by whoever set it, and by composite alarms, before points are asked again.
    private static let handMilliseconds: Int64 = 3_000
    private static let announcementsMax = 1000
    /// What cannot be told for a day is given up.
    private static let announcementAgeMax: Int64 = 86_400_000

    private let metrics: MetricsDesk
    private let alarms: AlarmDesk
    private let announcer: AlarmAnnouncer
    private let closing = Closing()
    private let isOver = Flagpole()

    init(_ metrics: MetricsDesk, _ announcer: @escaping AlarmAnnouncer) {
        self.metrics = metrics
        alarms = metrics.alarms
        self.announcer = announcer
    }

    func start() {
        Lane.start("alarm-watch", stackBytes: 2 << 20) { [self] in
            while !closing.isAsked {
                let seen = alarms.bell.rings
                look(Int64(WallClock.milliseconds))
                if !closing.isAsked { alarms.bell.wait(since: seen, until: Instant.now.advanced(by: Self.pause)) }
            }
            isOver.raise()
        }
    }

    func stop() {
        closing.ask()
        alarms.bell.ring()
        isOver.wait()
    }

    private func look(_ now: Int64) {
        do throws(ServiceProblem) {
            try judgeMetrics(now)
            try judgeComposites(now)
            try announce(now)
        } catch { Log.line("alarms could not be looked at: \(error.message)") }
    }

    // MARK: judging

    private func judgeMetrics(_ now: Int64) throws(ServiceProblem) {
        let changes = alarms.shelf.records.all(AlarmDesk.Kind.alarm).compactMap { record -> (Alarm, AlarmFinding)? in
            guard let alarm = record.map.map(Alarm.init), !alarm.isComposite,
                now - alarm.setByHandAt >= Self.handMilliseconds, let finding = judge(alarm, now),
                finding.value != alarm.value
            else { return nil }
            return (alarm, finding)
        }
        if changes.isEmpty { return }
        try alarms.shelf.change { [alarms] desk in
            for (alarm, finding) in changes {
                // Somebody changed it meanwhile: it is looked at again.
                guard desk.records[AlarmDesk.Kind.alarm, alarm.name] == .map(alarm.record) else { continue }
                try alarms.enter(finding, alarm, at: now, in: &desk)
            }
        }
    }

    /// One that cannot be judged holds up no other.
    private func judge(_ alarm: Alarm, _ now: Int64) -> AlarmFinding? {
        do throws(ServiceProblem) { return try AlarmMetric(alarm.record).judge(by: metrics, at: now) } catch {
            Log.line("alarm \(alarm.name) could not be judged: \(error.message)")
            return nil
        }
    }

    /// Those whose children changed; whoever sets a composite alarm by hand has it so until then.
    private func judgeComposites(_ now: Int64) throws(ServiceProblem) {
        let records = alarms.shelf.records
        let all = records.all(AlarmDesk.Kind.alarm).compactMap { $0.map.map(Alarm.init) }
        let composites = all.filter(\.isComposite)
        if composites.isEmpty { return }
        var known = Dictionary(all.map { ($0.name, $0) }) { $1 }
        var verdicts: [CompositeVerdict] = []
        for name in AlarmOrder(Dictionary(composites.map { ($0.name, $0.children) }) { $1 }).names {
            guard let alarm = known[name], let verdict = CompositeVerdict(alarm, among: known, alarms) else { continue }
            verdicts.append(verdict)
            known[name]?.enter(verdict.finding, at: now)
        }
        if verdicts.isEmpty { return }
        try alarms.shelf.change { [verdicts, alarms] desk in
            for verdict in verdicts {
                let name = verdict.alarm.name
                guard desk.records[AlarmDesk.Kind.alarm, name] == .map(verdict.alarm.record) else { continue }
                var alarm = verdict.alarm
                alarm.note(seen: verdict.seen)
                desk.records[AlarmDesk.Kind.alarm, name] = .map(alarm.record)
                guard verdict.finding.value != alarm.value else { continue }
                try alarms.enter(verdict.finding, alarm, at: now, in: &desk)
            }
        }
    }

    // MARK: telling

    /// In the order of what happened; an alarm whose news nobody takes holds up its own alone.
    private func announce(_ now: Int64) throws(ServiceProblem) {
        var told: [AlarmDesk.Announcement] = []
        var givenUp: [AlarmDesk.Announcement] = []
        var held: Set<String> = []
        for announcement in try alarms.announcements(max: Self.announcementsMax) {
            let name = announcement.alarm.name
            guard !held.contains(name) else { continue }
            do throws(ServiceProblem) {
                try announcer(announcement.event, announcement.targets)
                told.append(announcement)
            } catch {
                guard now - announcement.at < Self.announcementAgeMax else {
                    Log.line("a change of alarm \(name) is given up: \(error.message)")
                    givenUp.append(announcement)
                    continue
                }
                Log.line("a change of alarm \(name) could not be told, and will be again: \(error.message)")
                held.insert(name)
            }
        }
        try alarms.settle(told, givenUp, at: now)
    }
}
