internal import Core

/// Holds a request against its declaration: what is of another kind, what is missing, and what is out of bounds.
struct ShapeCheck {
    /// What the service calls a request that breaks a rule.
    let invalidCode: String
    /// Seconds: some thirty thousand years.
    private static let timeMax = 1e12

    func check(_ input: DatumMap, _ members: [Member], at path: String = "") throws(ServiceProblem) {
        for member in members {
            let place = path.isEmpty ? member.name : "\(path).\(member.name)"
            guard let value = input[member.name], !value.isNull else {
                guard member.isRequired else { continue }
                throw broken(place, "null", "Member must not be null")
            }
            try checkKind(value, member.shape, place)
            try checkBounds(value, member, place)
        }
    }

    private func checkKind(_ value: Datum, _ shape: Shape, _ place: String) throws(ServiceProblem) {
        switch (shape, value) {
        case (.text, .text), (.whole, .whole), (.number, .whole), (.number, .number), (.flag, .bool),
            (.anything, _):
            return
        case (.time, .whole), (.time, .number):
            guard let seconds = value.number, seconds.isFinite, abs(seconds) < Self.timeMax else {
                throw Self.unreadable(place, "is no time")
            }
        case (.blob, .text(let text)):
            guard Base64.bytes(text) != nil else { throw Self.unreadable(place, "is not base64") }
        case (.list(let element), .list(let list)):
            for (number, value) in list.enumerated() { try checkKind(value, element, "\(place).\(number + 1).member") }
        case (.map(let element), .map(let map)):
            for (key, value) in map.members { try checkKind(value, element, "\(place).\(key)") }
        case (.structure(let members), .map(let map)):
            try check(map, members, at: place)
        default:
            throw Self.unreadable(place, "is \(value.kindName), and has to be \(shape.name)")
        }
    }

    private func checkBounds(_ value: Datum, _ member: Member, _ place: String) throws(ServiceProblem) {
        if !member.words.isEmpty, let text = value.text, !member.words.contains(text) {
            let words = member.words.joined(separator: ", ")
            throw broken(place, "'\(text.prefix(200))'", "Member must satisfy enum value set: [\(words)]")
        }
        if let marks = member.marks, let text = value.text, !text.isMadeOfLetters(and: marks) {
            throw broken(
                place, "'\(text.prefix(200))'", "Member must satisfy regular expression pattern: [A-Za-z0-9\(marks)]+")
        }
        guard let range = member.range else { return }
        let (size, what) =
            switch value {
            case .text(let text): (text.unicodeScalars.count, "have length")
            case .list(let list): (list.count, "have length")
            case .map(let map): (map.count, "have length")
            case .whole(let number): (number, "have value")
            default: (range.lowerBound, "")
            }
        if size < range.lowerBound {
            throw broken(place, shown(value), "Member must \(what) greater than or equal to \(range.lowerBound)")
        }
        if size > range.upperBound {
            throw broken(place, shown(value), "Member must \(what) less than or equal to \(range.upperBound)")
        }
    }

    private func shown(_ value: Datum) -> String {
        switch value {
        case .text(let text): "'\(text.prefix(200))'"
        case .whole(let number): "'\(number)'"
        default: "at this place"
        }
    }

    private func broken(_ place: String, _ value: String, _ rule: String) -> ServiceProblem {
        let name = place.prefix(1).lowercased() + place.dropFirst()
        return ServiceProblem(
            invalidCode,
            "1 validation error detected: Value \(value) at '\(name)' failed to satisfy constraint: \(rule)")
    }

    static func unreadable(_ place: String, _ what: String) -> ServiceProblem {
        ServiceProblem("SerializationException", "\(place) \(what)")
    }
}
