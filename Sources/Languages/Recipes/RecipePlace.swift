internal import Core

/// A value of a recipe, and where in the recipe it stands: what is wrong is told with both.
struct RecipePlace {
    let path: String
    let value: Datum

    func wrong(_ wanted: String, hint: String? = nil) -> Fault {
        Fault(.invalid, "\(path): found \(found), \(wanted)", hint: hint)
    }

    /// A fault of the value's own, with the path before it.
    func at(_ fault: Fault) -> Fault { Fault(fault.code, "\(path): \(fault.message)", hint: fault.hint) }

    private var found: String {
        switch value {
        case .text(let text): "\"\(text.count > 60 ? text.prefix(57) + "..." : text)\""
        case .whole(let whole): "\(whole)"
        case .number(let number): "\(number)"
        case .bool(let bool): "\(bool)"
        default: value.kindName
        }
    }

    func text() throws(Fault) -> String {
        guard let text = value.text else {
            let isNumber = value.number != nil
            throw wrong("a string is wanted", hint: isNumber ? "put it in quotes" : nil)
        }
        // No script, path or variable can hold one, and what follows it would be lost.
        guard !text.utf8.contains(0) else { throw Fault(.invalid, "\(path): it holds a zero byte") }
        return text
    }

    /// One of some words, whatever their case.
    func choice<Choice: RawRepresentable & CaseIterable>(_: Choice.Type) throws(Fault) -> Choice
    where Choice.RawValue == String {
        if let text = value.text?.lowercased(),
            let choice = Choice.allCases.first(where: { $0.rawValue.lowercased() == text })
        {
            return choice
        }
        throw wrong("one of \(Choice.allCases.map(\.rawValue).joined(separator: ", ")) is wanted")
    }

    func list() throws(Fault) -> [RecipePlace] {
        guard let list = value.list else { throw wrong("a list is wanted") }
        return try list.enumerated().map { (index, element) throws(Fault) in
            let place = RecipePlace(path: "\(path)[\(index)]", value: element)
            if element.isNull { throw place.wrong("a value is wanted", hint: "take the empty element out") }
            return place
        }
    }

    /// The members, keys as they are written, those without a value left out.
    func members() throws(Fault) -> [(key: String, place: RecipePlace)] {
        guard let map = value.map else { throw wrong("an object is wanted") }
        var seen: [String: String] = [:]
        for key in map.keys {
            if let other = seen.updateValue(key, forKey: key.lowercased()) {
                throw Fault(
                    .invalid, "\(member(key)): it is there twice, as '\(other)' and as '\(key)'",
                    hint: "keys are the same whatever their case")
            }
        }
        return map.members.filter { !$0.value.isNull }.map {
            ($0.key, RecipePlace(path: member($0.key), value: $0.value))
        }
    }

    private func member(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// A boolean, or a variable that will become one.
    func flag() throws(Fault) -> Setting<Bool> {
        if let flag = value.bool { return .value(flag) }
        if let text = value.text {
            if let flag = Bool(text.lowercased()) { return .value(flag) }
            if Variable.isIn(text) { return .variable(text) }
        }
        throw wrong("true or false is wanted")
    }

    /// Seconds, or a variable that will become some.
    func seconds() throws(Fault) -> Setting<Int> {
        if let seconds = value.whole ?? value.text.flatMap({ Int($0) }), Self.secondsRange.contains(seconds) {
            return .value(seconds)
        }
        if let text = value.text, Variable.isIn(text) { return .variable(text) }
        throw wrong("whole seconds from \(Self.secondsRange.lowerBound) to \(Self.secondsRange.upperBound) are wanted")
    }

    static let secondsRange = 1...31_536_000
}
