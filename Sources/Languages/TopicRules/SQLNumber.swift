internal import Core
internal import Glibc

/// A number as statements compute with it.
enum SQLNumber: Hashable, Sendable {
    case whole(Int)
    case decimal(Double)

    var double: Double {
        switch self {
        case .whole(let value): Double(value)
        case .decimal(let value): value
        }
    }

    /// Rounded down.
    var floor: Int? {
        switch self {
        case .whole(let value): value
        case .decimal(let value): Int(exactly: value.rounded(.down))
        }
    }

    /// What is no number any more is undefined.
    var datum: Datum? {
        switch self {
        case .whole(let value): .whole(value)
        case .decimal(let value): value.isFinite ? .number(value) : nil
        }
    }

    /// Two whole numbers give a whole one, unless it is too great for that.
    static func computed(_ sign: Arithmetic, _ left: SQLNumber, _ right: SQLNumber) -> SQLNumber? {
        if case (.whole(let left), .whole(let right)) = (left, right) {
            if sign == .over || sign == .remainder, right == 0 { return nil }
            let (value, isTooGreat) =
                switch sign {
                case .plus: left.addingReportingOverflow(right)
                case .minus: left.subtractingReportingOverflow(right)
                case .times: left.multipliedReportingOverflow(by: right)
                case .over: left.dividedReportingOverflow(by: right)
                case .remainder: left.remainderReportingOverflow(dividingBy: right)
                }
            if !isTooGreat { return .whole(value) }
        }
        let (left, right) = (left.double, right.double)
        let value =
            switch sign {
            case .plus: left + right
            case .minus: left - right
            case .times: left * right
            case .over: left / right
            case .remainder: fmod(left, right)
            }
        return value.isFinite ? .decimal(value) : nil
    }

    static func < (left: SQLNumber, right: SQLNumber) -> Bool {
        if case (.whole(let left), .whole(let right)) = (left, right) { return left < right }
        return left.double < right.double
    }

    static func isEqual(_ left: SQLNumber, _ right: SQLNumber) -> Bool {
        if case (.whole(let left), .whole(let right)) = (left, right) { return left == right }
        return left.double == right.double
    }
}

extension Datum {
    /// A number, and a text that is one.
    var sqlNumber: SQLNumber? {
        switch self {
        case .whole(let value): .whole(value)
        case .number(let value): value.isFinite ? .decimal(value) : nil
        case .text(let text): SQLNumber(text)
        default: nil
        }
    }

    /// A truth value, and a text that is one.
    var sqlFlag: Bool? {
        switch self {
        case .bool(let flag): flag
        case .text(let text): ["true": true, "false": false][text.lowercased()]
        default: nil
        }
    }
}

extension SQLNumber {
    private static let lettersMax = 400

    /// `-?\d+(\.\d+)?(E-?\d+)?`, as AWS reads it.
    init?(_ text: String) {
        guard text.utf8.count <= Self.lettersMax else { return nil }
        var rest = Array(text.utf8)[...]
        func digits() -> Bool {
            let count = rest.prefix { (48...57).contains($0) }.count
            rest = rest.dropFirst(count)
            return count > 0
        }
        if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
        guard digits() else { return nil }
        if rest.isEmpty, let whole = Int(text) {
            self = .whole(whole)
            return
        }
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard digits() else { return nil }
        }
        if let mark = rest.first, mark | 0x20 == UInt8(ascii: "e") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "-") { rest.removeFirst() }
            guard digits() else { return nil }
        }
        guard rest.isEmpty, let value = Double(text), value.isFinite else { return nil }
        self = .decimal(value)
    }
}
