internal import Core
internal import Crypto
internal import Files
internal import JSON
internal import Link
internal import ONNX
internal import PartLedger
internal import Process
internal import Station

/// `lineside replay`: judges a part's kept frame again.
enum ReplayVerb {
    static let verb = Verb(
        name: "replay", summary: "judge a part's kept frame again, with the same release, and compare",
        usage: "replay DECISION [OPTIONS]",
        flags: [
            StateOption.flag, Flag("model", "PATH", "the release (where the one that judged the part was)"),
            Flag("threads", "N", "threads inside the run (those of the record)"), Options.output,
        ],
        notes: """
            DECISION is an entry's number, as `lineside trace` shows it. Exit status 1 when the result differs from the record; what the
            record was computed on and what this was computed on are then laid side by side.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        let word = try options.onlyWord("the number of a decision")
        guard let number = UInt64(word) else { throw UsageFault(message: "'\(word)' is not the number of a decision") }
        let wantsJSON = try options.wantsJSON
        let folder = StateOption.folder(options)
        let reader = try LedgerReader(folder)
        guard let row = try reader.entry(number), case .part(let record) = try LedgerEntry(row) else {
            throw Fault(.notFound, "entry \(number) is not a part's decision", hint: "`lineside trace last` lists them")
        }
        let frame = try frame(of: record, number, folder)
        let release = try release(of: record, number, options.text("model"), reader)
        let environment = try reader.environment(of: record)
        var session = SessionSettings()
        session.threads = try options.int("threads", in: 1...256) ?? threads(environment)
        let launcher = try StationEngines.launcher(for: release, session, try Bells(count: 1))
        let result = try Replay(release, launcher: launcher).judge(frame)
        let comparison = ReplayComparison(
            number: number, record: record, result: result, then: environment?.facts ?? [],
            now: [EventRecord.Fact("runtime", result.runtime)] + MachineFacts.facts(threads: session.threads))
        Verbs.say(wantsJSON ? comparison.json : comparison.text)
        return comparison.isIdentical ? ExitCode.ok : ExitCode.judgedBad
    }

    /// The release that judged the part: the ledger knows where it lay, and the digest whether it is still the same.
    private static func release(
        of record: PartRecord, _ number: UInt64, _ path: String?, _ reader: LedgerReader
    ) throws(Fault) -> ReleaseFile {
        guard let digest = record.release else {
            throw Fault(.invalid, "entry \(number) was judged by no release: it is \(record.reason)")
        }
        guard let place = path == nil ? try reader.path(of: digest) : path else {
            throw Fault(
                .notFound, "the ledger does not say where release \(digest) lay", hint: "name it with --model")
        }
        let release = try ReleaseFile(place)
        guard release.digest == digest else {
            throw Fault(
                .invalid,
                "entry \(number) was judged by release \(digest), and \(release.modelPath) is \(release.digest)",
                hint: "name that release with --model")
        }
        return release
    }

    private static func threads(_ environment: EventRecord?) -> Int {
        guard case .number(let threads) = environment?["threads"] else { return 1 }
        return max(1, threads)
    }

    private static func frame(of record: PartRecord, _ number: UInt64, _ folder: StateFolder) throws(Fault) -> [UInt8] {
        guard let name = record.frameName(entry: number) else {
            throw Fault(
                .notFound, "the frame of entry \(number) was not kept", hint: "frames.pass_sample says how many are")
        }
        let path = "\(folder.frames)/\(name)"
        guard FileAccess.isFile(path) else {
            throw Fault(
                .notFound, "the frame \(path) is not there any more",
                hint: "it made room for newer ones; raise frames.bytes_max")
        }
        let bytes = try FileAccess.read(path)
        guard record.frameDigest == SHA256.digest(of: bytes) else {
            throw Fault(.invalid, "\(path) is not the frame that was judged: its SHA-256 differs from the record's")
        }
        return bytes
    }
}

/// Then and now.
struct ReplayComparison {
    let number: UInt64
    let record: PartRecord
    let result: Replay.Result
    let then: [EventRecord.Fact]
    let now: [EventRecord.Fact]

    var isIdentical: Bool { record.outputDigest == result.digest }

    private func text(_ value: EventRecord.Value?) -> String {
        switch value {
        case .text(let text): text
        case .number(let number): "\(number)"
        case nil: "not recorded"
        }
    }

    private var rows: [(name: String, then: String, now: String)] {
        now.map { fact in
            (fact.name, text(then.first { $0.name == fact.name }?.value), text(fact.value))
        }
    }

    var text: String {
        let score = record.scores.first.map { "\($0)" } ?? "none"
        guard !isIdentical else {
            return
                "entry \(number): identical, every output byte (score \(result.score), SHA-256 \(result.digest.description.prefix(16)))"
        }
        let differing = rows.filter { $0.then != $0.now }
        let why = differing.map { "  \($0.name): \($0.then) then, \($0.now) now" }
        return """
            entry \(number): differs: score \(score) then, \(result.score) now
              outputs: \(record.outputDigest.map { "\($0)" } ?? "not recorded") then, \(result.digest) now
            \(why.isEmpty ? "  nothing that was recorded of the machine differs" : why.joined(separator: "\n"))
            """
    }

    var json: String {
        let buffer = ByteBuffer(capacity: 512)
        var json = JSONWriter(buffer)
        json.beginObject()
        json.member("entry", number)
        json.member("identical", isIdentical)
        json.member("score_then", record.scores.first)
        json.member("score_now", result.score)
        json.member("output_sha256_now", "\(result.digest)")
        json.key("environment" as StaticString)
        json.beginArray()
        for row in rows {
            json.beginObject()
            json.member("name", row.name)
            json.member("then", row.then)
            json.member("now", row.now)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return unsafe String(decoding: buffer.bytes, as: UTF8.self)
    }
}
