internal import AWSProtocol
internal import Core
internal import Records

/// What the values of a field come to, over all things that a query asks for.
struct IndexSums: Sendable {
    let desk: FleetDesk
    private static let field = Member("aggregationField", 1...1024)
    private static let usualField = "registry.version"
    private static let usualGroupField = "version"
    private static let usualPercents: [Double] = [1, 5, 25, 50, 75, 95, 99]
    private static let percentsMax = 100
    private static let usualBuckets = 10

    var operations: [Operation] {
        let members = IndexSearch.question + [Self.field]
        let on = IndexSetting.on
        return [
            Operation("GetStatistics", members, at: RestPlace("POST", "/indices/statistics"), on: on) {
                call throws(ServiceProblem) in
                let values = try values(call)
                return ["statistics": FieldStatistics(values.found.map(\.values), values.type).told]
            },
            Operation("GetCardinality", members, at: RestPlace("POST", "/indices/cardinality"), on: on) {
                call throws(ServiceProblem) in
                let values = try values(call)
                return ["cardinality": .whole(Set(values.found.flatMap(\.values)).count)]
            },
            Operation(
                "GetPercentiles", members + [Member("percents", .list(.number), 0...Self.percentsMax)],
                at: RestPlace("POST", "/indices/percentiles"), on: on
            ) { call throws(ServiceProblem) in try percentiles(call) },
            Operation(
                "GetBucketsAggregation",
                IndexSearch.question + [
                    Member("aggregationField", required: true, 1...1024),
                    Member(
                        "bucketsAggregationType",
                        .structure([
                            Member("termsAggregation", .structure([Member("maxBuckets", .whole, 1...10_000)]))
                        ]), required: true),
                ], at: RestPlace("POST", "/indices/buckets"), on: on
            ) { call throws(ServiceProblem) in try buckets(call) },
        ]
    }

    /// What has values at all, and how many fit the query.
    private struct Values: Sendable {
        var found: [(name: String, values: [Datum])] = []
        var total = 0
        let type: IndexSettings.FieldType
    }

    private func values(_ call: Call) throws(ServiceProblem) -> Values {
        let (query, documents) = try IndexSearch.asked(call, desk)
        let usual = documents.index == IndexSettings.groups ? Self.usualGroupField : Self.usualField
        let name = call.text("aggregationField") ?? usual
        guard let type = documents.settings.type(of: name, in: documents.index) else {
            throw Self.wrong(
                "\(name.prefix(200)) is neither a managed field nor a custom one: name it in UpdateIndexingConfiguration"
            )
        }
        let field = QueryField(name)
        var values = Values(type: type)
        try documents.search(query, withShadows: field.words.first == "shadow") { document in
            values.total += 1
            let found = field.values(in: .map(document.body)).compactMap { type.value($0) }
            if !found.isEmpty { values.found.append((document.name, found)) }
            return true
        }
        return values
    }

    private static func wrong(_ why: String) -> ServiceProblem { ServiceProblem("InvalidAggregationException", why) }

    private func percentiles(_ call: Call) throws(ServiceProblem) -> Datum {
        let percents = call.list("percents").compactMap(\.number)
        guard percents.allSatisfy({ (0...100).contains($0) }) else {
            throw FleetProblem.invalid("percents are from 0 to 100")
        }
        let values = try values(call)
        guard values.type == .number else { throw Self.wrong("percentiles are of fields of type Number") }
        let sorted = values.found.flatMap(\.values).compactMap(\.number).sorted()
        guard !sorted.isEmpty else { return ["percentiles": .list([])] }
        return [
            "percentiles": .list(
                (percents.isEmpty ? Self.usualPercents : percents).map { percent in
                    ["percent": .number(percent), "value": .number(FieldStatistics.value(of: sorted, at: percent))]
                })
        ]
    }

    private func buckets(_ call: Call) throws(ServiceProblem) -> Datum {
        let values = try values(call)
        var counts: [String: Int] = [:]
        for (_, found) in values.found {
            for text in Set(found.compactMap { QueryText.text(of: $0) }) { counts[text, default: 0] += 1 }
        }
        let most =
            call.input["bucketsAggregationType"]?["termsAggregation"]?["maxBuckets"]?.whole ?? Self.usualBuckets
        let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return [
            "totalCount": .whole(values.total),
            "buckets": .list(sorted.prefix(most).map { ["keyValue": .text($0.key), "count": .whole($0.value)] }),
        ]
    }
}

extension IndexSettings.FieldType {
    /// A value as this type has it; nil for one of another kind, which does not count.
    func value(_ datum: Datum) -> Datum? {
        switch self {
        case .number: QueryText.number(of: datum).map { .number($0) }
        case .string: QueryText.text(of: datum).map { .text($0) }
        case .boolean:
            switch QueryText.text(of: datum) {
            case "true": .bool(true)
            case "false": .bool(false)
            default: nil
            }
        }
    }
}
