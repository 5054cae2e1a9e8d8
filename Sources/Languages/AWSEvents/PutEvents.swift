package import Core
internal import JSON

/// The operation: its limits, and its requests and answers as bytes.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
package enum PutEvents {
    package static let target = "AWSEvents.PutEvents"
    package static let mediaType = "application/x-amz-json-1.1"
    package static let entriesMax = 10
    package static let weightMax = 256 << 10

    /// What became of one entry.
    package enum Fate: Hashable, Sendable {
        case accepted(id: String)
        case failed(code: String, message: String)
    }

    /// A request of entries that are JSON already.
    package static func request(_ entries: [[UInt8]]) -> [UInt8] {
        var body = Array("{\"Entries\":[".utf8)
        for (place, entry) in entries.enumerated() {
            if place > 0 { body.append(UInt8(ascii: ",")) }
            body += entry
        }
        return body + Array("]}".utf8)
    }

    /// What became of `count` entries; nil for what is no such answer.
    package static func fates(in answer: [UInt8], count: Int) -> [Fate]? {
        guard let datum = try? Datum(json: answer), let entries = datum["Entries"]?.list, entries.count == count else {
            return nil
        }
        return entries.map { entry in
            if let id = entry["EventId"]?.text { return .accepted(id: id) }
            return .failed(
                code: entry["ErrorCode"]?.text ?? "InternalFailure", message: entry["ErrorMessage"]?.text ?? "")
        }
    }

    package static func answer(_ fates: [Fate]) -> [UInt8] { output(fates).json }

    package static func output(_ fates: [Fate]) -> Datum {
        let entries = fates.map { fate -> Datum in
            switch fate {
            case .accepted(let id): ["EventId": .text(id)]
            case .failed(let code, let message): ["ErrorCode": .text(code), "ErrorMessage": .text(message)]
            }
        }
        let failed = fates.count { if case .failed = $0 { true } else { false } }
        return ["FailedEntryCount": .whole(failed), "Entries": .list(entries)]
    }
}
