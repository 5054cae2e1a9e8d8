internal import AWSProtocol
internal import Core
internal import Records

/// A part of a list of records, as lists are asked for here: by how their keys begin, by members, and by pages.
struct RecordPart: Sendable {
    let rows: [Datum]
    /// Null at the end.
    let next: Datum

    /// `members`: those that have to be as the call says, where it says something. `prefix`: where NamePrefix is not all.
    init(
        _ kind: String, of records: Records, _ call: Call, prefix: String? = nil, by members: [String] = []
    ) throws(ServiceProblem) {
        let keys = records.keys(kind, prefix: prefix ?? call.text("NamePrefix") ?? "").filter { key in
            members.allSatisfy { member in call.text(member).map { records[kind, key]?[member]?.text == $0 } ?? true }
        }
        let (part, next) = try Paging.part(keys, token: call.text("NextToken"), limit: call.whole("Limit") ?? 100)
        rows = part.compactMap { records[kind, $0] }
        self.next = next.map(Datum.text) ?? .null
    }
}

extension Records {
    /// The record of an ARN that ends with its name and an id: `...:connection/NAME/ID`.
    func record(_ kind: String, arn: String, in member: String) -> Datum? {
        let parts = arn.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, let record = self[kind, String(parts[1])], record[member]?.text == arn else {
            return nil
        }
        return record
    }
}

extension Datum {
    /// These members alone, as far as they are there.
    func only(_ names: [String]) -> Datum {
        .map(DatumMap(names.compactMap { name in self[name].map { (name, $0) } }))
    }
}
