internal import Core
internal import JSON

/// What a thing is wanted to be and what it says it is, as a value.
/// <https://docs.aws.amazon.com/iot/latest/developerguide/device-shadow-document.html>
struct ShadowDocument: Hashable, Sendable {
    private static let depthMax = 8
    static let tooLarge = ServiceProblem(
        "RequestEntityTooLargeException", "The payload exceeds the maximum size allowed", status: 413)

    var version: Int
    /// `desired` and `reported`.
    private var state: DatumMap
    private var metadata: DatumMap

    init(_ kept: Datum, version: Int) {
        self.version = version
        state = kept["state"]?.map ?? DatumMap()
        metadata = kept["metadata"]?.map ?? DatumMap()
    }

    /// As it is kept.
    var body: Datum { ["state": .map(state), "metadata": .map(metadata)] }
    var desired: Datum? { state["desired"] }
    var reported: Datum? { state["reported"] }

    /// A change as somebody sent it.
    struct Change: Hashable, Sendable {
        let state: DatumMap
        let version: Int?
        let clientToken: Datum?
        private static let tokenBytesMax = 64

        init(_ document: Datum) throws(ServiceProblem) {
            guard let map = document.map else { throw FleetProblem.invalid("Payload contains invalid json") }
            guard let state = map["state"] else { throw FleetProblem.invalid("Missing required node: state") }
            guard let sections = state.map else { throw FleetProblem.invalid("State node must be an object") }
            for (name, value) in sections.members {
                guard ["desired", "reported"].contains(name) else {
                    throw FleetProblem.invalid("State contains an invalid node: '\(name.prefix(80))'")
                }
                guard value.isNull || value.map != nil else {
                    throw FleetProblem.invalid("\(name == "desired" ? "Desired" : "Reported") node must be an object")
                }
                guard value.depth <= ShadowDocument.depthMax else {
                    throw FleetProblem.invalid(
                        "JSON contains too many levels of nesting; maximum is \(ShadowDocument.depthMax)")
                }
            }
            if let token = map["clientToken"], !(token.text.map { $0.utf8.count <= Self.tokenBytesMax } ?? false) {
                throw FleetProblem.invalid("clientToken must be a text of up to \(Self.tokenBytesMax) bytes")
            }
            if let version = map["version"], version.whole == nil { throw FleetProblem.invalid("Invalid version") }
            self.state = sections
            version = map["version"]?.whole
            clientToken = map["clientToken"]
        }
    }

    /// Takes a change in; gives what is answered. What both sides have said may together have so many bytes.
    mutating func apply(
        _ change: Change, at seconds: Int, bytesMax: Int = FleetDesk.shadowBytesMax
    ) throws(ServiceProblem) -> DatumMap {
        if let expected = change.version, expected != version {
            throw ServiceProblem("ConflictException", "Version conflict", status: 409)
        }
        let stamp = Datum.whole(seconds)
        var told = DatumMap()
        for (name, value) in change.state.members {
            guard !value.isNull else {
                state[name] = nil
                metadata[name] = nil
                told[name] = .null
                continue
            }
            state[name] = Self.merged(state[name], value)
            metadata[name] = Self.stamped(metadata[name], value, stamp)
            told[name] = Self.stamps(value, stamp)
            if state[name]?.map?.isEmpty ?? true { state[name] = nil }
            if metadata[name]?.map?.isEmpty ?? true { metadata[name] = nil }
        }
        guard Datum.map(state).json.count <= bytesMax else { throw Self.tooLarge }
        version += 1
        var answer = DatumMap([
            ("state", .map(change.state)), ("metadata", .map(told)), ("version", .whole(version)), ("timestamp", stamp),
        ])
        answer["clientToken"] = change.clientToken
        return answer
    }

    /// The whole as it is told.
    func told(at seconds: Int) -> DatumMap {
        var state = state
        if let delta { state["delta"] = delta }
        return [
            "state": .map(state), "metadata": .map(metadata), "version": .whole(version), "timestamp": .whole(seconds),
        ]
    }

    /// What is wanted and is not so.
    var delta: Datum? { desired.flatMap { Self.difference($0, reported) } }

    /// When what is wanted and is not so was wanted.
    func metadata(ofDelta delta: Datum) -> Datum? { Self.part(of: metadata["desired"], shapedAs: delta) }

    // MARK: maps

    private static func merged(_ before: Datum?, _ change: Datum) -> Datum {
        guard let change = change.map else { return change }
        var after = before?.map ?? DatumMap()
        for (name, value) in change.members { after[name] = value.isNull ? Datum?.none : merged(after[name], value) }
        return .map(after)
    }

    /// When each value was set.
    private static func stamps(_ value: Datum, _ stamp: Datum) -> Datum {
        switch value {
        case .map(let map): .map(DatumMap(map.members.map { ($0.key, stamps($0.value, stamp)) }))
        case .list(let list): .list(list.map { stamps($0, stamp) })
        default: ["timestamp": stamp]
        }
    }

    private static func stamped(_ before: Datum?, _ change: Datum, _ stamp: Datum) -> Datum {
        guard let change = change.map else { return stamps(change, stamp) }
        var after = before?.map ?? DatumMap()
        if after.count == 1, after["timestamp"]?.whole != nil { after = DatumMap() }
        for (name, value) in change.members {
            after[name] = value.isNull ? Datum?.none : stamped(after[name], value, stamp)
        }
        return .map(after)
    }

    /// The stamps of those values alone that are in `shape`.
    private static func part(of stamps: Datum?, shapedAs shape: Datum) -> Datum? {
        guard let shape = shape.map else { return stamps }
        var part = DatumMap()
        for (name, value) in shape.members { part[name] = Self.part(of: stamps?[name], shapedAs: value) }
        return .map(part)
    }

    private static func difference(_ wanted: Datum, _ found: Datum?) -> Datum? {
        guard let map = wanted.map else { return wanted == found ? Datum?.none : wanted }
        var difference = DatumMap()
        for (name, value) in map.members {
            if let part = Self.difference(value, found?[name]) { difference[name] = part }
        }
        return difference.isEmpty ? Datum?.none : .map(difference)
    }
}

extension Datum {
    /// How many objects and lists lie in each other.
    fileprivate var depth: Int {
        switch self {
        case .map(let map): 1 + (map.members.map(\.value.depth).max() ?? 0)
        case .list(let list): 1 + (list.map(\.depth).max() ?? 0)
        default: 0
        }
    }
}
