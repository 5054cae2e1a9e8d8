internal import Core
internal import JSON

/// Computes what a statement says of one message. Nil is AWS's Undefined: it comes of what is not there, of what cannot
/// be computed, and of whatever is computed with it.
struct Evaluation {
    let message: RuleMessage
    let version: String
    private var effort = Effort()
    /// How many queries within the statement are under way.
    private(set) var queries = 0

    init(_ message: RuleMessage, version: String) {
        self.message = message
        self.version = version
    }

    // MARK: cost

    mutating func spend(_ steps: Int) throws(RuleFailure) { try effort.spend(steps) }
    mutating func spend(bytes: Int) throws(RuleFailure) { try effort.spend(bytes: bytes) }

    mutating func checkWeight(of value: Datum) throws(RuleFailure) {
        try effort.spend(bytes: value.weight(upTo: Effort.weightMax))
    }

    /// The value as a text, as `+` and the functions of texts take it.
    mutating func text(_ value: Datum?) throws(RuleFailure) -> String? {
        guard let value, !value.isNull else { return nil }
        try checkWeight(of: value)
        return if case .text(let text) = value { text } else { String(decoding: value.json, as: UTF8.self) }
    }

    // MARK: values

    mutating func value(_ expression: Expression, in scope: Datum?) throws(RuleFailure) -> Datum? {
        try effort.spend()
        switch expression {
        case .literal(let value): return value
        case .undefined: return nil
        case .whole: return scope
        case .member(let name): return scope?[name]
        case .path(let base, let steps): return try path(try value(base, in: scope), steps, scope)
        case .negative(let inner): return try negative(try value(inner, in: scope))
        case .chain(let first, let links): return try chain(try value(first, in: scope), links, scope)
        case .comparison(let comparison, let left, let right):
            return try compared(comparison, try value(left, in: scope), try value(right, in: scope))
        case .isAmong(let value, let others): return try isAmong(value, others, scope)
        case .not(let inner): return try value(inner, in: scope)?.sqlFlag.map { .bool(!$0) }
        case .all(let parts): return try flags(parts, scope).map { .bool(!$0.contains(false)) }
        case .any(let parts): return try flags(parts, scope).map { .bool($0.contains(true)) }
        case .choice(let subject, let branches, let otherwise): return try choice(subject, branches, otherwise, scope)
        case .call(let function, let arguments): return try call(function, arguments, scope)
        case .cast(let inner, let kind): return try cast(try value(inner, in: scope), to: kind)
        case .list(let list): return .list(try values(list, scope).compactMap(\.self))
        case .object(let members): return .map(try object(members, scope))
        case .query(let query): return try queried(query, scope)
        }
    }

    mutating func values(_ expressions: [Expression], _ scope: Datum?) throws(RuleFailure) -> [Datum?] {
        var values: [Datum?] = []
        for expression in expressions { values.append(try value(expression, in: scope)) }
        return values
    }

    private mutating func object(_ members: [ObjectMember], _ scope: Datum?) throws(RuleFailure) -> DatumMap {
        var map = DatumMap()
        for member in members { map[member.name] = try value(member.value, in: scope) }
        return map
    }

    private mutating func path(_ base: Datum?, _ steps: [PathStep], _ scope: Datum?) throws(RuleFailure) -> Datum? {
        var found = base
        for step in steps {
            switch step {
            case .member(let name): found = found?[name]
            case .index(let expression):
                let index = try value(expression, in: scope)
                found = try element(of: found, at: index)
            }
        }
        return found
    }

    /// By its place from 0 in a list, by its name in an object.
    mutating func element(of whole: Datum?, at index: Datum?) throws(RuleFailure) -> Datum? {
        switch whole {
        case .list(let list):
            guard let place = index?.sqlNumber?.truncated, list.indices.contains(place) else { return nil }
            return list[place]
        case .map(let map): return index?.text.flatMap { map[$0] }
        case .text(let text):
            guard let place = index?.sqlNumber?.truncated, place >= 0 else { return nil }
            try effort.spend(bytes: text.utf8.count)
            return text.dropFirst(place).first.map { .text(String($0)) }
        default: return nil
        }
    }

    // MARK: operators

    private func negative(_ value: Datum?) throws(RuleFailure) -> Datum? {
        value?.sqlNumber.flatMap { SQLNumber.computed(.minus, .whole(0), $0)?.datum }
    }

    private mutating func chain(_ first: Datum?, _ links: [ChainLink], _ scope: Datum?) throws(RuleFailure) -> Datum? {
        var result = first
        for link in links {
            let operand = try value(link.operand, in: scope)
            result = try computed(link.sign, result, operand)
        }
        return result
    }

    private mutating func computed(
        _ sign: Arithmetic, _ left: Datum?, _ right: Datum?
    ) throws(RuleFailure) -> Datum? {
        if sign == .plus, left?.text != nil || right?.text != nil {
            guard let left = try text(left), let right = try text(right) else { return nil }
            try effort.spend(bytes: left.utf8.count + right.utf8.count)
            return .text(left + right)
        }
        guard let left = left?.sqlNumber, let right = right?.sqlNumber else { return nil }
        return SQLNumber.computed(sign, left, right)?.datum
    }

    private mutating func compared(
        _ comparison: Comparison, _ left: Datum?, _ right: Datum?
    ) throws(RuleFailure) -> Datum? {
        guard let left, let right else { return nil }
        if comparison == .equal { return .bool(try isEqual(left, right)) }
        if comparison == .unequal { return .bool(!(try isEqual(left, right))) }
        guard let left = left.sqlNumber, let right = right.sqlNumber else { return nil }
        switch comparison {
        case .less: return .bool(left < right)
        case .greater: return .bool(right < left)
        case .lessOrEqual: return .bool(left < right || SQLNumber.isEqual(left, right))
        default: return .bool(right < left || SQLNumber.isEqual(left, right))
        }
    }

    /// Values of two kinds are never equal; whole numbers and decimals are one kind.
    mutating func isEqual(_ left: Datum, _ right: Datum) throws(RuleFailure) -> Bool {
        // A value may hold itself many times over: the smaller of the two bounds how much there is to compare.
        try effort.spend(bytes: min(left.weight(upTo: Effort.weightMax), right.weight(upTo: Effort.weightMax)))
        if left.text == nil, right.text == nil, let left = left.sqlNumber, let right = right.sqlNumber {
            return SQLNumber.isEqual(left, right)
        }
        return left == right
    }

    private mutating func isAmong(
        _ wanted: Expression, _ others: [Expression], _ scope: Datum?
    ) throws(RuleFailure) -> Datum? {
        guard let wanted = try value(wanted, in: scope) else { return nil }
        var list = try values(others, scope)
        if list.count == 1, case .list(let inner) = list[0] { list = inner }
        if list.count == 1, list[0] == nil { return nil }
        for other in list.compactMap(\.self) { if try isEqual(wanted, other) { return .bool(true) } }
        return .bool(false)
    }

    /// Nil when one of them is no truth value.
    private mutating func flags(_ parts: [Expression], _ scope: Datum?) throws(RuleFailure) -> [Bool]? {
        var flags: [Bool] = []
        for part in try values(parts, scope) {
            guard let flag = part?.sqlFlag else { return nil }
            flags.append(flag)
        }
        return flags
    }

    private mutating func choice(
        _ subject: Expression?, _ branches: [ChoiceBranch], _ otherwise: Expression?, _ scope: Datum?
    ) throws(RuleFailure) -> Datum? {
        var wanted: Datum?
        if let subject {
            wanted = try value(subject, in: scope)
            if wanted == nil { return nil }
        }
        for branch in branches {
            let when = try value(branch.when, in: scope)
            let fits: Bool
            if let wanted {
                fits = try when.map { when throws(RuleFailure) in try isEqual(wanted, when) } ?? false
            } else {
                fits = when?.sqlFlag ?? false
            }
            if fits { return try value(branch.then, in: scope) }
        }
        guard let otherwise else { return nil }
        return try value(otherwise, in: scope)
    }

    // MARK: selections

    mutating func selected(_ selection: Selection, in scope: Datum?) throws(RuleFailure) -> Datum? {
        switch selection {
        case .value(let expression): return try value(expression, in: scope)
        case .items([.everything]): return scope
        case .items(let items):
            var map = DatumMap()
            for item in items { try add(item, to: &map, scope) }
            return .map(map)
        }
    }

    private mutating func add(_ item: SelectItem, to map: inout DatumMap, _ scope: Datum?) throws(RuleFailure) {
        switch item {
        case .everything: try add(scope, to: &map)
        case .members(let expression): try add(try value(expression, in: scope), to: &map)
        case .named(let expression, let names):
            guard let value = try value(expression, in: scope) else { return }
            map = Self.put(value, at: names[...], into: map)
        }
    }

    private mutating func add(_ members: Datum?, to map: inout DatumMap) throws(RuleFailure) {
        guard let members = members?.map else { return }
        try effort.spend(members.count)
        for (name, value) in members.members { map[name] = value }
    }

    private static func put(_ value: Datum, at names: ArraySlice<String>, into map: DatumMap) -> DatumMap {
        guard let name = names.first else { return map }
        var map = map
        let rest = names.dropFirst()
        map[name] = rest.isEmpty ? value : .map(put(value, at: rest, into: map[name]?.map ?? DatumMap()))
        return map
    }

    /// Of a list each element that fits, as a list; of an object itself.
    private mutating func queried(_ query: SelectQuery, _ scope: Datum?) throws(RuleFailure) -> Datum? {
        guard let expression = query.source, let source = try value(expression, in: scope) else { return nil }
        guard case .list(let list) = source else { return try fitting(query, source) }
        var results: [Datum] = []
        for element in list { if let result = try fitting(query, element) { results.append(result) } }
        return .list(results)
    }

    private mutating func fitting(_ query: SelectQuery, _ element: Datum) throws(RuleFailure) -> Datum? {
        queries += 1
        defer { queries -= 1 }
        if let condition = query.condition {
            guard try value(condition, in: element)?.sqlFlag == true else { return nil }
        }
        return try selected(query.selection, in: element)
    }

    // MARK: casts

    private mutating func cast(_ value: Datum?, to kind: CastKind) throws(RuleFailure) -> Datum? {
        guard let value else { return nil }
        switch kind {
        case .text: return try text(value).map(Datum.text)
        case .flag:
            if let flag = value.sqlFlag { return .bool(flag) }
            return value.text == nil ? value.sqlNumber.map { .bool($0.double != 0) } : nil
        case .whole: return Self.number(value)?.floor.map(Datum.whole)
        case .decimal: return Self.number(value)?.datum
        }
    }

    private static func number(_ value: Datum) -> SQLNumber? {
        if case .bool(let flag) = value { return .whole(flag ? 1 : 0) }
        return value.sqlNumber
    }
}

extension SQLNumber {
    /// Without its fraction.
    var truncated: Int? {
        switch self {
        case .whole(let value): value
        case .decimal(let value): Int(exactly: value.rounded(.towardZero))
        }
    }
}
