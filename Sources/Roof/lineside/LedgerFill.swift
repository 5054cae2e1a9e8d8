internal import Core
internal import Crypto
internal import Database
internal import PartLedger

/// `lineside ledger fill`: a ledger of made-up parts, for drills. It goes through the same writer as a station's.
struct LedgerFill {
    private static let entriesMax = 100_000_000
    private static let batch = 20_000
    private let folder: StateFolder
    private let entries: Int
    private let rate: Int?

    init(_ options: Options, _ folder: StateFolder) throws {
        guard let entries = try options.int("entries", in: 1...Self.entriesMax) else {
            throw UsageFault(message: "`ledger fill` needs --entries")
        }
        self.folder = folder
        self.entries = entries
        rate = try options.int("rate", in: 1...1_000_000)
    }

    func run() throws -> Int32 {
        var settings = LedgerSettings()
        if rate == nil {
            settings.durability = .normal
            settings.entriesCommittedMax = Self.batch
        }
        let ledger = try LedgerWriter(folder, settings: settings)
        let begun = Instant.now
        var environment = EventRecord(.environment, station: "made-up", "no runtime: made-up entries")
        environment.facts = [EventRecord.Fact("threads", 1)]
        var line = MadeUpLine(environment: ledger.append(.event(environment)))
        for place in 1..<max(1, entries) {
            line.step(ledger)
            try pace(place, begun, ledger, settings)
        }
        ledger.close()
        let state = ledger.state
        let seconds = Double(Instant.now.since(begun)) / 1e9
        Verbs.say("\(state.entries) entries, head \(state.head), \(Int(Double(entries) / seconds)) entries a second")
        return state.waiting == 0 && state.lost == 0 ? ExitCode.ok : ExitCode.judgedBad
    }

    /// At the rate, or so that no entry has to be dropped.
    private func pace(_ place: Int, _ begun: Instant, _ ledger: LedgerWriter, _ settings: LedgerSettings) throws(Fault)
    {
        if let rate {
            Pause.until(begun.advanced(by: UInt64(place) * Span64.second / UInt64(rate)))
        } else if place % 1_024 == 0 {
            while ledger.state.waiting > settings.entriesWaitingMax / 2 {
                if let alarm = ledger.state.alarm { throw Fault(.diskFull, alarm) }
                Pause.nanoseconds(Span64.millisecond)
            }
        }
    }
}

/// Parts one after the other, each acknowledged; one in fifty is bad.
private struct MadeUpLine {
    private let environment: UInt64
    private var part: UInt32 = 0
    private var owed: UInt64?
    private let release = SHA256.digest(of: Array("made-up release".utf8))

    init(environment: UInt64) { self.environment = environment }

    mutating func step(_ ledger: LedgerWriter) {
        if let entry = owed {
            owed = nil
            _ = ledger.append(
                .acknowledgement(
                    AcknowledgementRecord(
                        entry: entry, part: part, sequence: UInt16(truncatingIfNeeded: part), microseconds: 4_000)))
            return
        }
        part += 1
        owed = ledger.append(.part(record))
    }

    private var record: PartRecord {
        let isBad = part % 50 == 0
        var record = PartRecord(
            station: "made-up", part: part, sequence: UInt16(truncatingIfNeeded: part),
            verdict: isBad ? .reject : .pass, reason: isBad ? "DEFECT" : "OK")
        record.stages.acquire = 5_100
        record.stages.preprocess = 2_000
        record.stages.queue = 20
        record.stages.run = 9_000 + UInt64(part % 1_000)
        record.stages.decide = 4
        record.stages.total = 16_200 + UInt64(part % 1_000)
        record.frameDigest = release
        record.release = release
        (record.model, record.modelVersion) = ("made-up", "1")
        record.environment = environment
        record.scores = [Float(part % 997) / 1_994 + (isBad ? 0.5 : 0)]
        record.threshold = 0.5
        return record
    }
}
