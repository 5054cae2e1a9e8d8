internal import AWSProtocol
internal import Core
internal import Records

/// What is searched of things and of groups, as it was configured.
struct IndexSettings: Sendable {
    static let things = "AWS_Things"
    static let groups = "AWS_ThingGroups"
    static let kind = "indexing"
    private static let off = "OFF"

    /// As they were given.
    let thing: DatumMap
    let group: DatumMap

    init(_ records: Records) {
        thing = records[Self.kind, Self.things]?.map ?? DatumMap()
        group = records[Self.kind, Self.groups]?.map ?? DatumMap()
    }

    private func isOn(_ settings: DatumMap, _ name: String) -> Bool { settings[name]?.text ?? Self.off != Self.off }

    var hasThings: Bool { isOn(thing, "thingIndexingMode") }
    var hasShadows: Bool { thing["thingIndexingMode"]?.text == "REGISTRY_AND_SHADOW" }
    var hasConnectivity: Bool { isOn(thing, "thingConnectivityIndexingMode") }
    var hasGroups: Bool { isOn(group, "thingGroupIndexingMode") }

    /// Shadows with names that are searched.
    var shadowNames: [String] {
        guard isOn(thing, "namedShadowIndexingMode") else { return [] }
        return thing["filter"]?["namedShadowNames"]?.list?.compactMap(\.text) ?? []
    }

    var names: [String] { (hasGroups ? [Self.groups] : []) + (hasThings ? [Self.things] : []) }

    /// What DescribeIndex calls it.
    func schema(of index: String) -> String {
        if index == Self.groups { return "THING_GROUPS" }
        if isOn(thing, "namedShadowIndexingMode") { return "MULTI_INDEXING_MODE" }
        return "REGISTRY" + (hasShadows ? "_AND_SHADOW" : "") + (hasConnectivity ? "_AND_CONNECTIVITY_STATUS" : "")
    }

    // MARK: fields

    enum FieldType: String, Hashable, Sendable {
        case number = "Number"
        case string = "String"
        case boolean = "Boolean"
    }

    typealias Field = (name: String, type: FieldType)

    /// Fields that are there without being asked for.
    func managed(_ index: String) -> [Field] {
        if index == Self.groups {
            guard hasGroups else { return [] }
            return [
                ("description", .string), ("parentGroupNames", .string), ("thingGroupId", .string),
                ("thingGroupName", .string), ("version", .number),
            ]
        }
        guard hasThings else { return [] }
        var fields: [Field] = [
            ("thingId", .string), ("thingName", .string), ("registry.version", .number),
            ("registry.thingTypeName", .string), ("registry.thingGroupNames", .string),
        ]
        if hasShadows { fields += [("shadow.version", .number), ("shadow.hasDelta", .boolean)] }
        for name in shadowNames {
            fields += [("shadow.name.\(name).version", .number), ("shadow.name.\(name).hasDelta", .boolean)]
        }
        if hasConnectivity {
            fields += [
                ("connectivity.timestamp", .number), ("connectivity.version", .number),
                ("connectivity.connected", .boolean), ("connectivity.disconnectReason", .string),
            ]
        }
        return fields
    }

    func custom(_ index: String) -> [Field] {
        let fields = (index == Self.groups ? group : thing)["customFields"]?.list ?? []
        return fields.compactMap { field in
            guard let name = field["name"]?.text, let type = field["type"]?.text.flatMap(FieldType.init) else {
                return nil
            }
            return (name, type)
        }
    }

    func type(of field: String, in index: String) -> FieldType? {
        (managed(index) + custom(index)).first { $0.name == field }?.type
    }

    // MARK: told

    /// Both as GetIndexingConfiguration tells them.
    var told: Datum {
        var things = thing
        for name in ["thingIndexingMode", "thingConnectivityIndexingMode"] where things[name] == nil {
            things[name] = .text(Self.off)
        }
        var groups = group
        if groups["thingGroupIndexingMode"] == nil { groups["thingGroupIndexingMode"] = .text(Self.off) }
        if hasThings { things["managedFields"] = Self.told(managed(Self.things)) }
        if hasGroups { groups["managedFields"] = Self.told(managed(Self.groups)) }
        return ["thingIndexingConfiguration": .map(things), "thingGroupIndexingConfiguration": .map(groups)]
    }

    private static func told(_ fields: [Field]) -> Datum {
        .list(fields.map { ["name": .text($0.name), "type": .text($0.type.rawValue)] })
    }
}
