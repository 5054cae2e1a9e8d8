internal import Core

/// Reads the forms of the query protocol: `Tags.member.1.Key=a` is the first tag's key.
struct FormReader {
    /// More would be an attack on whoever reads it.
    private static let pairsMax = 10_000
    private let values: [String: String]
    private let names: [String]
    /// Members that are written flat.
    private var flat: [String: FlatName] = [:]

    init(_ request: WireRequest) throws(ServiceProblem) {
        let pairs = FormText.pairs(String(decoding: request.body, as: UTF8.self)) + request.query
        guard pairs.count <= Self.pairsMax else {
            throw ServiceProblem("MalformedQueryString", "more than \(Self.pairsMax) parameters")
        }
        values = Dictionary(pairs.map { ($0.name, $0.value) }) { $1 }
        names = values.keys.sorted()
    }

    var action: String { values["Action"] ?? "" }
    var version: String? { values["Version"] }

    func input(of operation: Operation) throws(ServiceProblem) -> DatumMap {
        var reader = self
        reader.flat = operation.flat
        var input = try reader.structure(operation.members, at: "")
        for member in operation.withheld
        where values.keys.contains(where: { $0 == member || $0.hasPrefix(member + ".") }) {
            input[member] = .text(values[member] ?? member)
        }
        return input
    }

    private func structure(_ members: [Member], at path: String) throws(ServiceProblem) -> DatumMap {
        var map = DatumMap()
        for member in members {
            let flat = flat[member.name]
            let name = flat?.name ?? member.name
            let place = path.isEmpty ? name : "\(path).\(name)"
            if let value = try value(member.shape, at: place, flat) { map[member.name] = value }
        }
        return map
    }

    private func value(
        _ shape: Shape, at name: String, _ flat: FlatName? = nil
    ) throws(ServiceProblem) -> Datum? {
        switch shape {
        case .list(let element): return try list(element, at: name, flat)
        case .structure(let members):
            let map = try structure(members, at: name)
            return map.isEmpty ? nil : .map(map)
        case .map(let element): return try map(element, at: name, flat)
        default:
            guard let text = values[name] else { return nil }
            do throws(ServiceProblem) { return try Self.value(text, shape, name) } catch {
                throw ServiceProblem("MalformedInput", error.message)
            }
        }
    }

    private func list(_ element: Shape, at name: String, _ flat: FlatName?) throws(ServiceProblem) -> Datum? {
        let stem = flat == nil ? name + ".member" : name
        var list: [Datum] = []
        while let value = try value(element, at: "\(stem).\(list.count + 1)") { list.append(value) }
        // An empty list is written as a name without a value.
        return list.isEmpty ? values[name].map { _ in .list([]) } : .list(list)
    }

    private func map(_ element: Shape, at name: String, _ flat: FlatName?) throws(ServiceProblem) -> Datum? {
        let stem = flat == nil ? name + ".entry" : name
        var map = DatumMap()
        // Counted, for a key may come twice.
        var number = 1
        while let key = values["\(stem).\(number).\(flat?.key ?? "key")"] {
            let place = "\(stem).\(number).\(flat?.value ?? "value")"
            guard let value = try value(element, at: place) else { break }
            map[key] = value
            number += 1
        }
        return map.isEmpty ? nil : .map(map)
    }

    /// One value as forms, queries and header fields write it.
    static func value(_ text: String, _ shape: Shape, _ name: String) throws(ServiceProblem) -> Datum {
        switch shape {
        case .whole:
            if let value = Int(text) { return .whole(value) }
        case .number:
            // What JSON cannot write is kept nowhere.
            if let value = Double(text), value.isFinite { return .number(value) }
        case .flag:
            if text == "true" || text == "false" { return .bool(text == "true") }
        case .time:
            if let value = Double(text), value.isFinite { return .number(value) }
            if let time = CivilTime(iso: text) { return .number(Double(time.milliseconds) / 1000) }
        default: return .text(text)
        }
        throw ShapeCheck.unreadable(name, "is '\(text.prefix(80))', and has to be \(shape.name)")
    }
}
