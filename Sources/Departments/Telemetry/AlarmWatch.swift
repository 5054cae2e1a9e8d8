internal import Core
internal import Records

/// Judges alarms again and again, and tells of those that changed.
///
/// Concurrency: one thread; what it is to tell lies in a table in the same change as the alarm, so that whatever is
/// killed tells it when it is back.
final class AlarmWatch: Sendable {
    private static let pause = 2 * Span64.second
    private static let announcementsMax = 1000
    /// What cannot be told for a day is given up.
    private static let announcementAgeMax: Int64 = 86_400_000

    private let metrics: MetricsDesk
    private let alarms: AlarmDesk
    private let announcer: AlarmAnnouncer
    private let rounds: Rounds

    init(_ metrics: MetricsDesk, _ announcer: @escaping AlarmAnnouncer) {
        self.metrics = metrics
        alarms = metrics.alarms
        rounds = Rounds(bell: metrics.alarms.bell)
        self.announcer = announcer
    }

    func start() {
        rounds.start("alarm-watch", AlarmGlances(), stackBytes: 2 << 20) { [self] glances in
            look(Int64(WallClock.milliseconds), &glances)
            return .nap(Self.pause)
        }
    }

    func stop() { rounds.stop() }

    private func look(_ now: Int64, _ glances: inout AlarmGlances) {
        do throws(ServiceProblem) {
            try judgeMetrics(now, &glances)
            if rounds.isStopping { return }
            try judgeComposites(now)
            if rounds.isStopping { return }
            try announce(now)
        } catch { Log.line("alarms could not be looked at: \(error.message)") }
    }

    // MARK: judging

    /// Thousands of them over a day of minutes take seconds: whoever closes waits for one of them at most.
    private func judgeMetrics(_ now: Int64, _ glances: inout AlarmGlances) throws(ServiceProblem) {
        let all = alarms.shelf.records.all(AlarmDesk.Kind.alarm).compactMap { $0.map.map(Alarm.init) }
        if glances.count > all.count { glances.forget(allBut: Set(all.map(\.name))) }
        var changes: [(Alarm, AlarmFinding)] = []
        for alarm in all where !alarm.isComposite && !alarm.isHeld(at: now) {
            if rounds.isStopping { return }
            guard let moment = glances.moment(alarm, at: now, metrics.arrivals) else { continue }
            do throws(ServiceProblem) {
                let finding = try AlarmMetric(alarm.record).judge(by: metrics, at: now)
                if let finding, finding.value != alarm.value {
                    changes.append((alarm, finding))
                } else {
                    glances.note(alarm, moment)
                }
            } catch {
                // One that cannot be judged holds up no other.
                Log.line("alarm \(alarm.name) could not be judged: \(error.message)")
            }
        }
        if changes.isEmpty { return }
        try alarms.shelf.change { [changes, alarms] desk in
            for (alarm, finding) in changes {
                // Somebody changed it meanwhile: it is looked at again.
                guard desk.records[AlarmDesk.Kind.alarm, alarm.name] == .map(alarm.record) else { continue }
                try alarms.enter(finding, alarm, at: now, in: &desk)
            }
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
            if rounds.isStopping { return }
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
            // What was told so far is settled all the same.
            if rounds.isStopping { break }
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
