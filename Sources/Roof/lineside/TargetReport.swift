internal import Core
internal import JSON
internal import ReleaseTrust
internal import TrustKeeping

/// A target as it is shown: what it is, by whose word, and where it lies now.
enum TargetReport {
    static func datum(_ target: VerifiedTarget) -> Datum {
        var map: DatumMap = [
            "name": .text(target.name), "role": .text(target.role), "length": .whole(target.length),
        ]
        if let digest = target.digests.sha256 { map["sha256"] = .text("\(digest)") }
        map["custom"] = target.custom
        return .map(map)
    }

    static func json(_ target: VerifiedTarget, path: String) -> String {
        var map = datum(target).map ?? DatumMap()
        map["path"] = .text(path)
        return String(decoding: Datum.map(map).json, as: UTF8.self)
    }

    static func text(_ target: VerifiedTarget, path: String? = nil) -> String {
        let digest = target.digests.prefix.map { String($0.prefix(12)) } ?? "-"
        let place = path.map { " -> \($0)" } ?? ""
        return "\(target.name)  \(ByteSize(target.length))  \(digest)  by \(target.role)\(place)"
    }
}

extension Verbs {
    static func say(_ datum: Datum) { say(String(decoding: datum.json, as: UTF8.self)) }
}
