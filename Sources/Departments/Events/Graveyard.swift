internal import AWSProtocol
internal import Core
internal import Database
internal import JSON
internal import Records

/// Where what cannot be delivered goes: to the target's dead-letter queue, and then off the table. Twice there is better
/// than nowhere; and what is given up is never delivered again, however long its burial takes.
struct Graveyard: Sendable {
    private static let again: Int64 = 30_000
    private static let reasonMax = 1000

    private let shelf: RecordShelf
    private let deadLetters: any DeadLetterBox

    init(_ shelf: RecordShelf, _ deadLetters: any DeadLetterBox) {
        self.shelf = shelf
        self.deadLetters = deadLetters
    }

    func target(of parcel: Parcel, _ records: Records) -> Datum {
        records[EventsDesk.Kind.target, parcel.target] ?? .null
    }

    func bury(
        _ parcel: Parcel, _ refusal: DeliveryRefusal, condition: String?, _ now: Int64
    ) throws(ServiceProblem) {
        let records = shelf.records
        var epitaph: DatumMap = [
            "TARGET_ARN": .text(parcel.arn), "ERROR_CODE": .text(refusal.code),
            "ERROR_MESSAGE": .text(Self.clean(refusal.reason)), "RETRY_ATTEMPTS": .text("\(parcel.attempts)"),
        ]
        epitaph["RULE_ARN"] = records[EventsDesk.Kind.rule, EventsDesk.ruleKey(ofTarget: parcel.target)]?["Arn"]
        epitaph["EXHAUSTED_RETRY_CONDITION"] = condition.map(Datum.text)
        try bury(parcel, String(decoding: Datum.map(epitaph).json, as: UTF8.self), now)
    }

    /// Once more, of one whose queue could not take it before.
    func bury(_ parcel: Parcel, _ epitaph: String, _ now: Int64) throws(ServiceProblem) {
        guard let queue = target(of: parcel, shelf.records)["DeadLetterConfig"]?["Arn"]?.text else {
            Log.line("an event for \(parcel.arn) is given up: \(epitaph)")
            return try drop(parcel)
        }
        let members = (try? Datum(json: Array(epitaph.utf8)))?.map?.members ?? []
        let attributes = Dictionary(members.map { ($0.key, $0.value.text ?? "") }) { $1 }
        do throws(ServiceProblem) {
            try deadLetters.keep(DeadLetter(payload: parcel.payload, attributes: attributes), at: queue)
        } catch {
            // A queue that is gone or that refuses this very letter will do so tomorrow.
            guard deadLetters.has(queue), !error.code.hasPrefix("Invalid") else {
                Log.line("an event for \(parcel.arn) is lost: \(queue) does not take it: \(error.message)")
                return try drop(parcel)
            }
            Log.line("an event for \(parcel.arn) waits for \(queue): \(error.message)")
            return try note(parcel, epitaph, until: now + Self.again)
        }
        try drop(parcel)
    }

    /// An attribute of a message holds no control characters, and is not empty.
    private static func clean(_ reason: String) -> String {
        let text = String(String.UnicodeScalarView(reason.unicodeScalars.filter { $0.value >= 32 && $0.value != 127 }))
        return text.isEmpty ? "no reason was given" : String(text.prefix(reasonMax))
    }

    private func drop(_ parcel: Parcel) throws(ServiceProblem) {
        try shelf.change { desk in
            try desk.database.run("DELETE FROM deliveries WHERE n = ?", [.int(parcel.number)])
        }
    }

    private func note(_ parcel: Parcel, _ epitaph: String, until due: Int64) throws(ServiceProblem) {
        try shelf.change { desk in
            try desk.database.run(
                "UPDATE deliveries SET due = ?, epitaph = ? WHERE n = ?",
                [.int(due), .text(epitaph), .int(parcel.number)])
        }
    }
}
