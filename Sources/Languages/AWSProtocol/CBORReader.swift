internal import CBOR
internal import Core

/// Reads the maps of RPC v2 as their declaration has them. CBOR tells bytes from texts and times from numbers, and so
/// does a shape; members that are declared nowhere are passed over.
struct CBORReader {
    /// What the service calls a request that breaks a rule.
    let invalidCode: String

    func input(_ body: [UInt8], of operation: Operation) throws(ServiceProblem) -> DatumMap {
        // Who has nothing to say sends nothing.
        if body.isEmpty { return DatumMap() }
        let value: CBORValue
        do throws(CBORRefusal) { value = try CBORValue(parsing: body) } catch {
            throw ServiceProblem("SerializationException", error.description)
        }
        guard case .map(let map) = value else {
            throw ServiceProblem("SerializationException", "the request must be an object, not \(value.kindName)")
        }
        return try structure(map, operation.members, at: "")
    }

    private func structure(
        _ map: [CBORValue.Member], _ members: [Member], at path: String
    ) throws(ServiceProblem) -> DatumMap {
        var read = DatumMap()
        for entry in map {
            guard let member = members.first(where: { $0.name == entry.key }) else { continue }
            let place = path.isEmpty ? member.name : "\(path).\(member.name)"
            read[member.name] = try value(entry.value, member.shape, at: place)
        }
        return read
    }

    private func value(_ value: CBORValue, _ shape: Shape, at place: String) throws(ServiceProblem) -> Datum {
        switch (value, shape) {
        case (.map(let map), .structure(let members)): .map(try structure(map, members, at: place))
        case (.map(let map), .map(let element)): try self.map(map, element, at: place)
        case (.map(let map), .anything): try self.map(map, .anything, at: place)
        case (.list(let list), .list(let element)): try self.list(list, element, at: place)
        case (.list(let list), .anything): try self.list(list, .anything, at: place)
        default: try leaf(value, shape, at: place)
        }
    }

    private func map(
        _ map: [CBORValue.Member], _ element: Shape, at place: String
    ) throws(ServiceProblem) -> Datum {
        var read = DatumMap()
        for entry in map { read[entry.key] = try value(entry.value, element, at: "\(place).\(entry.key)") }
        return .map(read)
    }

    private func list(_ list: [CBORValue], _ element: Shape, at place: String) throws(ServiceProblem) -> Datum {
        var read: [Datum] = []
        for entry in list { read.append(try value(entry, element, at: "\(place).\(read.count + 1).member")) }
        return .list(read)
    }

    private func leaf(_ value: CBORValue, _ shape: Shape, at place: String) throws(ServiceProblem) -> Datum {
        switch (value, shape) {
        case (.null, _): .null
        case (.bool(let flag), .flag), (.bool(let flag), .anything): .bool(flag)
        case (.whole(let whole), .whole), (.whole(let whole), .number), (.whole(let whole), .anything): .whole(whole)
        case (.number(let number), .number), (.number(let number), .anything): .number(try finite(number, place))
        case (.time(let seconds), .time), (.time(let seconds), .anything): .number(try finite(seconds, place))
        case (.text(let text), .text), (.text(let text), .anything): .text(text)
        case (.bytes(let bytes), .blob), (.bytes(let bytes), .anything): .text(Base64.text(bytes))
        default: throw ShapeCheck.unreadable(place, "is \(value.kindName), and has to be \(shape.name)")
        }
    }

    /// No record could hold what JSON cannot write.
    private func finite(_ number: Double, _ place: String) throws(ServiceProblem) -> Double {
        guard number.isFinite else {
            throw ServiceProblem(invalidCode, "The value \(number) for parameter \(place) is not supported.")
        }
        return number
    }
}
