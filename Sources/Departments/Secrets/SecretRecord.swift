internal import AWSProtocol
internal import Core
internal import Crypto

/// A secret as it is written down. Its versions carry their stages: one is current, and the one before it is kept.
struct SecretRecord: Sendable {
    static let current = "AWSCURRENT"
    static let previous = "AWSPREVIOUS"
    var map: DatumMap

    init(_ map: DatumMap) { self.map = map }

    var name: String { map["Name"]?.text ?? "" }
    var arn: String { map["ARN"]?.text ?? "" }
    var description: String { map["Description"]?.text ?? "" }
    var createdAt: Int { map["CreatedDate"]?.whole ?? 0 }
    var changedAt: Int? { map["LastChangedDate"]?.whole }
    var deletedAt: Int? { map["DeletedDate"]?.whole }
    var versions: [Datum] { map["Versions"]?.list ?? [] }

    func version(_ id: String) -> Datum? { versions.first { $0["VersionId"]?.text == id } }

    func version(at stage: String) -> Datum? { versions.first { Self.stages($0).contains(stage) } }

    static func stages(_ version: Datum) -> [String] { version["Stages"]?.list?.compactMap(\.text) ?? [] }

    /// A version comes in, and takes its stages from those that had them.
    mutating func add(_ version: DatumMap, stages: [String]) {
        let isCurrent = stages.contains(Self.current)
        var kept: [Datum] = versions.map { old in
            var row = old.map ?? DatumMap()
            var left = Self.stages(old).filter { !stages.contains($0) }
            if isCurrent {
                left.removeAll { $0 == Self.previous }
                if Self.stages(old).contains(Self.current) { left.append(Self.previous) }
            }
            row["Stages"] = .list(left.map(Datum.text))
            return .map(row)
        }
        // What no stage names any more is not to be had any more.
        kept.removeAll { Self.stages($0).isEmpty }
        var row = version
        row["Stages"] = .list(stages.map(Datum.text))
        map["Versions"] = .list(kept + [.map(row)])
        map["LastChangedDate"] = .whole(Int(WallClock.milliseconds))
    }

    var stagesByVersion: Datum {
        .map(DatumMap(versions.map { ($0["VersionId"]?.text ?? "", .list(Self.stages($0).map(Datum.text))) }))
    }

    /// As it is told, without its values.
    var shown: DatumMap {
        var row = DatumMap()
        for name in ["ARN", "Name", "Description", "Tags"] {
            if let value = map[name], value != .list([]) { row[name] = value }
        }
        for name in ["CreatedDate", "LastChangedDate", "DeletedDate"] {
            if let time = map[name]?.whole { row[name] = .number(Double(time) / 1000) }
        }
        row["VersionIdsToStages"] = stagesByVersion
        return row
    }
}
