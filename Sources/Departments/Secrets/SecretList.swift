internal import AWSProtocol
internal import Core
internal import Records

/// Which secrets there are, in the order of their making unless another is asked for.
struct SecretList: Sendable {
    private static let usual = "created-date"
    private static let orders = [usual, "last-accessed-date", "last-changed-date", "name"]
    private static let limit = 100
    /// Milliseconds since 1970 have fewer.
    private static let digits = 16

    let desk: SecretsDesk

    var operation: Operation {
        Operation(
            "ListSecrets",
            [
                Member("MaxResults", .whole, 1...Self.limit), Member("NextToken"),
                Member("IncludePlannedDeletion", .flag), SecretFilter.member,
                Member("SortOrder", words: ["asc", "desc"]), Member("SortBy", words: Self.orders),
            ]
        ) { call throws(ServiceProblem) in try answer(call) }
    }

    private func answer(_ call: Call) throws(ServiceProblem) -> Datum {
        let order = call.text("SortBy") ?? Self.usual
        if order == "last-accessed-date" {
            throw ServiceProblem(
                "InvalidParameterException",
                "SortBy \(order) is not offered by this hub: who reads a secret is in the audit.")
        }
        let filters = call.list("Filters").map { SecretFilter($0, region: call.region) }
        let isWhole = call.flag("IncludePlannedDeletion")
        // Secrets by what they are ordered by, so that a page's token says where it ends.
        var secrets: [String: SecretRecord] = [:]
        for secret in desk.shelf.records.all(SecretsDesk.kind).compactMap({ $0.map.map(SecretRecord.init) })
        where (isWhole || secret.deletedAt == nil) && filters.allSatisfy({ $0.holds(secret) }) {
            secrets[Self.key(secret, order)] = secret
        }
        let (part, next) = try page(secrets.keys.sorted(), call)
        return [
            "SecretList": .list(part.compactMap { secrets[$0] }.map(Self.shown)),
            "NextToken": next.map(Datum.text) ?? .null,
        ]
    }

    private static func key(_ secret: SecretRecord, _ order: String) -> String {
        let time: Int? =
            switch order {
            case "name": nil
            case "last-changed-date": secret.changedAt ?? secret.createdAt
            default: secret.createdAt
            }
        guard let time else { return secret.name }
        let text = String(time)
        return String(repeating: "0", count: max(0, digits - text.count)) + text + secret.name
    }

    private func page(_ keys: [String], _ call: Call) throws(ServiceProblem) -> (ArraySlice<String>, String?) {
        var rest = keys[...]
        let isDown = call.text("SortOrder") == "desc"
        if let token = call.text("NextToken") {
            let last = try Paging.key(in: token, "InvalidNextTokenException")
            rest = isDown ? rest.prefix { $0 < last } : rest.drop { $0 <= last }
        }
        let ordered = isDown ? Array(rest.reversed()) : Array(rest)
        let part = ordered.prefix(call.whole("MaxResults") ?? Self.limit)
        return (part, part.count < ordered.count ? part.last.map { Paging.token(after: $0) } : nil)
    }

    private static func shown(_ secret: SecretRecord) -> Datum {
        var row = secret.shown
        row["SecretVersionsToStages"] = row["VersionIdsToStages"]
        row["VersionIdsToStages"] = nil
        return .map(row)
    }
}
