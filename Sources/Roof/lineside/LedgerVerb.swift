internal import Core
internal import Crypto
internal import JSON
internal import PartLedger

/// `lineside ledger`: whether the book of all judgements is still the one that was written.
enum LedgerVerb {
    static let verb = Verb(
        name: "ledger", summary: "check that no entry of a station's ledger was changed or taken out",
        usage: "ledger verify [OPTIONS]   or   ledger head [OPTIONS]   or   ledger fill --entries N DIR",
        flags: [
            StateOption.flag, Flag("head", "HASH", "with `verify`: a hash noted earlier, which must be in the chain"),
            Flag("entries", "N", "with `fill`: how many made-up entries to write, for drills"),
            Flag("rate", "R", "with `fill`: entries a second, each commit as at a line; without it as fast as can be"),
            Options.output,
        ],
        notes: """
            Entries that were cut off at the end leave nothing behind that could tell: note `ledger head` elsewhere from
            time to time, and give it to `ledger verify --head`.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        let words = options.words
        switch words.first {
        case "verify" where words.count == 1: return try verify(options)
        case "head" where words.count == 1: return try head(options)
        case "fill" where words.count == 2: return try LedgerFill(options, StateFolder(words[1])).run()
        case nil: throw UsageFault(message: "say `verify` or `head`")
        default: throw UsageFault(message: "ledger knows `verify` and `head`, not \"\(words.joined(separator: " "))\"")
        }
    }

    private static func head(_ options: Options) throws -> Int32 {
        let folder = StateOption.folder(options)
        let head = try LedgerReader(folder).head()
        if try options.wantsJSON {
            let buffer = ByteBuffer()
            var json = JSONWriter(buffer)
            json.beginObject()
            json.key("entries")
            json.uint(head?.n ?? 0)
            json.key("head")
            json.string(head?.hash ?? SHA256Digest.zero.description)
            json.endObject()
            Verbs.say(buffer.text)
        } else {
            Verbs.say("\(head?.hash ?? SHA256Digest.zero.description)  entry \(head?.n ?? 0)")
        }
        return ExitCode.ok
    }

    private static func verify(_ options: Options) throws -> Int32 {
        let anchor = try options.text("head").map { text throws(UsageFault) in
            guard let digest = SHA256Digest(parsing: text) else {
                throw UsageFault(message: "--head \(text) is not a SHA-256: 64 hexadecimal digits")
            }
            return digest
        }
        let folder = StateOption.folder(options)
        var progress = Progress()
        let verdict = try LedgerReader(folder).verify(anchor: anchor) { progress.tell($0) }
        let report = VerifyReport(path: folder.ledger, verdict: verdict, anchor: anchor)
        Verbs.say(try options.wantsJSON ? report.json : report.text)
        return report.isGood ? ExitCode.ok : ExitCode.judgedBad
    }

    /// A line now and then, so that a long check is not taken for a dead one.
    private struct Progress {
        private var next = Instant.now.advanced(by: 2 * Span64.second)

        mutating func tell(_ tally: LedgerTally) {
            guard Instant.now >= next else { return }
            next = Instant.now.advanced(by: 2 * Span64.second)
            Log.line("\(tally.entries) entries are good so far")
        }
    }
}
