internal import Core
internal import Crypto
package import PartLedger
internal import ReleaseWatch
internal import Synchronization

/// Writes down what the station does: the ledger's entries and the frames that go with them. Never waits for a disk.
///
/// Concurrency: the ledger and the keeper may be called from any thread.
package final class Clerk: Sendable {
    private let station: String
    private let ledger: LedgerWriter
    private let keeper: FrameKeeper
    private let facts: [EventRecord.Fact]
    /// The event that tells on what parts are judged now: written when an engine sits down.
    private let environment = Mutex<UInt64?>(nil)

    /// `facts`: on what this station computes, for whoever judges a part again.
    package init(station: String, ledger: LedgerWriter, keeper: FrameKeeper, facts: [EventRecord.Fact]) {
        self.station = station
        self.ledger = ledger
        self.keeper = keeper
        self.facts = facts
    }

    package var ledgerState: LedgerState { ledger.state }
    package var frameState: FrameState { keeper.state }

    /// The decision's entry; its number.
    func write(_ decision: Decision, _ evidence: Evidence?) -> UInt64 {
        let part = decision.part.key
        var record = PartRecord(
            station: station, part: part.part, sequence: part.sequence, verdict: decision.verdict,
            reason: decision.reason.name)
        record.environment = environment.withLock { $0 }
        record.stages.total = decision.at.since(part.triggered) / 1000
        guard let evidence else {
            return append(record, of: decision)
        }
        record.stages.acquire = evidence.acquire / 1000
        record.stages.preprocess = evidence.preprocess / 1000
        record.stages.queue = evidence.queue / 1000
        record.stages.run = evidence.run / 1000
        record.stages.decide = evidence.finished.map { decision.at.since($0) / 1000 } ?? 0
        record.frameDigest = evidence.frame?.digest
        record.frameNumber = evidence.frame?.number
        record.frameDeviceNanoseconds = evidence.frame?.deviceNanoseconds
        if let release = evidence.release {
            record.release = release.digest
            record.model = release.name
            record.modelVersion = release.version
            record.threshold = release.rule.threshold
        }
        if let answer = evidence.answer {
            record.scores = [answer.score]
            record.outputDigest = answer.digest
        }
        return write(record, evidence.frame, decision)
    }

    /// A part's time is its trigger's.
    private func append(_ record: PartRecord, of decision: Decision) -> UInt64 {
        let age = Int64(clamping: Instant.now.since(decision.part.key.triggered))
        return ledger.append(.part(record), wall: WallClock.nanoseconds - age)
    }

    private func write(_ record: PartRecord, _ frame: KeptFrame?, _ decision: Decision) -> UInt64 {
        guard let frame, let space = keeper.space(for: decision.verdict, bytes: frame.bytes.count) else {
            return append(record, of: decision)
        }
        var record = record
        record.frameFormat = frame.format
        let entry = append(record, of: decision)
        if let name = record.frameName(entry: entry) { keeper.keep(frame.bytes, name, in: space) }
        return entry
    }

    /// What the PLC was told and what it made of it.
    func note(_ outcome: OutcomeLetter, of decision: Decision, entry: UInt64) {
        var record = AcknowledgementRecord(
            entry: entry, part: outcome.key.part, sequence: outcome.key.sequence,
            microseconds: outcome.at.since(decision.at) / 1000)
        if outcome.verdict != decision.verdict || outcome.reason != decision.reason {
            record.told = outcome.verdict
            record.toldReason = outcome.reason.name
        }
        record.isMissed = outcome.kind != .acknowledged
        record.plcVerdict = outcome.kind == .acknowledged ? outcome.ackVerdict : nil
        _ = ledger.append(.acknowledgement(record))
    }

    func note(_ event: SeatEvent) {
        switch event {
        case .seated(let file, let runtime):
            noteEnvironment(runtime)
            Log.line("release \(file.name) version \(file.version) (\(file.digest.description.prefix(12))) is active")
            _ = ledger.append(
                .event(
                    EventRecord(
                        .release, station: station, "\(file.name) version \(file.version) is active",
                        facts: [
                            EventRecord.Fact("release", "\(file.digest)"),
                            EventRecord.Fact("path", file.absolutePath),
                        ])))
        case .failed(_, let fault): noteFault("the model did not load: \(fault.message)", "\(fault)")
        case .lost(let how): noteFault(how, how)
        }
    }

    /// A release under watch has proved itself.
    func noteProved(_ file: ReleaseFile, parts: UInt64) {
        Log.line("release \(file.name) version \(file.version) has proved itself over \(parts) parts")
        _ = ledger.append(
            .event(
                EventRecord(
                    .proved, station: station, "\(file.name) version \(file.version) has proved itself",
                    facts: [EventRecord.Fact("release", "\(file.digest)"), EventRecord.Fact("parts", Int(parts))])))
    }

    /// What was found wrong with a release, and whether it was taken back.
    func note(_ report: TriggerReport, of file: ReleaseFile?, isRolledBack: Bool) {
        let name = file.map { "\($0.name) version \($0.version)" } ?? "the release"
        let text = "\(name) \(isRolledBack ? "was taken back" : "waits for a person"): \(report.evidence)"
        Log.line("\(report.trigger.rawValue): \(text)")
        var facts = [EventRecord.Fact("trigger", report.trigger.rawValue)]
        if let file { facts.append(EventRecord.Fact("release", "\(file.digest)")) }
        if let range = report.quarantine {
            facts.append(EventRecord.Fact("quarantine_first", Int(range.lowerBound)))
            facts.append(EventRecord.Fact("quarantine_last", Int(range.upperBound)))
        }
        _ = ledger.append(
            .event(EventRecord(isRolledBack ? .rollback : .held, station: station, text, facts: facts)))
    }

    private func noteEnvironment(_ runtime: String) {
        let all = [EventRecord.Fact("runtime", runtime)] + facts
        let entry = ledger.append(
            .event(EventRecord(.environment, station: station, "what parts are judged on", facts: all)))
        environment.withLock { $0 = entry }
    }

    private func noteFault(_ text: String, _ line: String) {
        Log.line(line)
        _ = ledger.append(.event(EventRecord(.fault, station: station, text)))
    }

    func noteBypass(_ on: Bool, by: String, reason: String) {
        var record = OperatorRecord(on ? .bypassOn : .bypassOff, station: station, person: by)
        record.comment = reason
        _ = ledger.append(.operator(record))
    }

    func noteReset(by: String, reason: String) {
        var record = OperatorRecord(.reset, station: station, person: by)
        record.comment = reason
        _ = ledger.append(.operator(record))
    }

    /// A person looked at a part again.
    func noteReview(entry: UInt64, part: UInt32, verdict: Verdict?, by: String, reason: String) {
        var record = OperatorRecord(verdict == nil ? .confirm : .override, station: station, person: by)
        record.entry = entry
        record.part = part
        record.verdict = verdict
        record.comment = reason
        _ = ledger.append(.operator(record))
    }

    /// Waits until everything is in the ledger; false when that takes longer than `span` nanoseconds.
    func isKept(within span: UInt64) -> Bool { ledger.flush(within: span) }

    /// Writes what waits.
    package func close() {
        _ = ledger.append(.event(EventRecord(.stop, station: station, "the station stopped")))
        keeper.close()
        ledger.close()
    }
}
