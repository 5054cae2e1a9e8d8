internal import AWSProtocol
internal import Core

/// Several of a kind in one request: each entry has a name, and a fate of its own.
struct Batch: Sendable {
    private static let entriesMax = 10
    private static let idsMax = 80

    struct Entry: Sendable {
        let id: String
        let body: Datum
    }

    let entries: [Entry]

    init(_ call: Call) throws(ServiceProblem) {
        let list = call.list("Entries")
        guard !list.isEmpty else {
            throw ServiceProblem("EmptyBatchRequest", "There should be at least one entry in the request.")
        }
        guard list.count <= Self.entriesMax else {
            throw ServiceProblem(
                "TooManyEntriesInBatchRequest",
                "Maximum number of entries per request are \(Self.entriesMax). You have sent \(list.count).")
        }
        entries = list.map { Entry(id: $0["Id"]?.text ?? "", body: $0) }
        for id in entries.map(\.id) {
            guard (1...Self.idsMax).contains(id.utf8.count), id.isMadeOfLetters(and: "_-") else {
                throw ServiceProblem(
                    "InvalidBatchEntryId",
                    "A batch entry id has 1 to 80 letters, digits, hyphens and underscores."
                )
            }
        }
        guard Set(entries.map(\.id)).count == entries.count else {
            throw ServiceProblem("BatchEntryIdsNotDistinct", "Two or more batch entries have the same Id.")
        }
    }

    /// What became of each. A list without entries is left out, as clients ask for failures by looking for theirs.
    static func answer(_ fates: [(id: String, outcome: Result<DatumMap, ServiceProblem>)]) -> Datum {
        var (successful, failed): ([Datum], [Datum]) = ([], [])
        for (id, outcome) in fates {
            switch outcome {
            case .success(var members):
                members["Id"] = .text(id)
                successful.append(.map(members))
            case .failure(let problem):
                failed.append([
                    "Id": .text(id), "SenderFault": .bool(problem.status < 500), "Code": .text(problem.code),
                    "Message": .text(problem.message),
                ])
            }
        }
        return [
            "Successful": successful.isEmpty ? .null : .list(successful),
            "Failed": failed.isEmpty ? .null : .list(failed),
        ]
    }
}
