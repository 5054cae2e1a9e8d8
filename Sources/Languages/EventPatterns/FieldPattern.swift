internal import Core

/// What a pattern asks of one value of an event.
indirect enum FieldPattern: Hashable, Sendable {
    /// One of these must do.
    case leaf([Matcher])
    /// All of these must do, in one and the same object.
    case members([Member])

    struct Member: Hashable, Sendable {
        let key: String
        let pattern: FieldPattern
    }

    /// How a value answers. Nothing asked for may be what was asked for, and that is kept apart:
    /// in a list, one element that has a field does, but a field is absent only when no element has it.
    enum Finding: Hashable, Sendable { case mismatch, absence, presence }

    /// Goes only as deep as the pattern; lists within lists are walked without recursion.
    func finding(in value: Datum?) -> Finding {
        if case .list(let list) = value { return finding(amid: list) }
        switch self {
        case .leaf(let matchers): return Self.finding(of: matchers, in: value)
        case .members(let members): return Self.finding(of: members, in: value?.map)
        }
    }

    private func finding(amid list: [Datum]) -> Finding {
        var finding = finding(in: nil)
        for element in FlatElements(list) {
            switch self.finding(in: element) {
            case .presence: return .presence
            case .mismatch: finding = .mismatch
            case .absence: continue
            }
        }
        return finding
    }

    /// An object is no leaf: what asks for a leaf there finds nothing.
    private static func finding(of matchers: [Matcher], in value: Datum?) -> Finding {
        guard let value, value.map == nil else { return matchers.contains(.absent) ? .absence : .mismatch }
        return matchers.contains { $0.matches(value) } ? .presence : .mismatch
    }

    private static func finding(of members: [Member], in map: DatumMap?) -> Finding {
        var finding = Finding.absence
        for member in members {
            switch member.pattern.finding(in: map?[member.key]) {
            case .mismatch: return .mismatch
            case .presence: finding = .presence
            case .absence: continue
            }
        }
        return finding
    }
}
