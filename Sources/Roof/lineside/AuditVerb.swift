internal import Audit
internal import Core
internal import JSON

/// `lineside audit verify`: whether the hub's audit is what was written.
enum AuditVerb {
    static let verb = Verb(
        name: "audit", summary: "check that a hub's audit of every call is what was written",
        usage: "audit verify [--data DIR]", flags: [HubFolder.flag, Options.output],
        notes: "Ends with 1 when an entry was changed or taken out, and names the first.", run: run)

    private static func run(_ options: Options) throws -> Int32 {
        guard options.words == ["verify"] else { throw UsageFault(message: "`audit` needs a word: verify") }
        let finding = try AuditLog.verify(HubFolder(options).audit)
        switch finding {
        case .whole(let entries, let first):
            let gone = first > 1 ? "; those before number \(first) were let go when their time was over" : ""
            try tell(
                options, ["whole": true, "entries": .whole(entries), "first": .whole(Int(first))],
                "the audit is whole: \(entries) entries\(gone)")
            return ExitCode.ok
        case .broken(let number, let why):
            try tell(
                options, ["whole": false, "broken_at": .whole(Int(number)), "why": .text(why)],
                "the audit is broken at entry \(number): \(why)")
            return ExitCode.judgedBad
        }
    }

    private static func tell(_ options: Options, _ datum: Datum, _ text: String) throws {
        Verbs.say(try options.wantsJSON ? String(decoding: datum.json, as: UTF8.self) : text)
    }
}
