internal import Core
internal import JSON

/// The numbers from a bound or to one, or both: `[">", 0, "<=", 5]`.
struct NumericRange: Hashable, Sendable {
    private struct Bound: Hashable, Sendable {
        let number: ExactNumber
        let isIncluded: Bool
    }

    private var bottom: Bound?
    private var top: Bound?

    /// > Numeric matching is limited to values between -5.0e9 and +5.0e9 inclusive
    /// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>
    func contains(_ number: ExactNumber) -> Bool {
        guard number.isComparable else { return false }
        if let bottom, number < bottom.number || number == bottom.number && !bottom.isIncluded { return false }
        if let top, number > top.number || number == top.number && !top.isIncluded { return false }
        return true
    }

    init(_ terms: [Datum]) throws(MatchComplaint) {
        guard let mark = terms.first?.text else {
            throw MatchComplaint("Invalid member in numeric match: \(Self.words(terms.first))")
        }
        guard let relation = Relation(rawValue: mark) else {
            throw MatchComplaint("Unrecognized numeric range operator: \(mark)")
        }
        let bound = try Self.bound(relation, terms.dropFirst().first)
        if relation != .above && relation != .from {
            guard terms.count <= 2 else { throw MatchComplaint("Too many elements in numeric expression") }
            bottom = relation == .equal ? bound : nil
            top = bound
            return
        }
        bottom = bound
        if terms.count > 2 { top = try Self.top(terms.dropFirst(2), above: bound) }
    }

    private enum Relation: String { case equal = "=", below = "<", upTo = "<=", above = ">", from = ">=" }

    private static func bound(_ relation: Relation, _ value: Datum?) throws(MatchComplaint) -> Bound {
        guard let number = value.flatMap(ExactNumber.init) else {
            throw MatchComplaint("Value of \(relation == .equal ? "equals" : relation.rawValue) must be numeric")
        }
        guard number.isComparable else { throw .outOfRange }
        return Bound(number: number, isIncluded: relation != .below && relation != .above)
    }

    /// The second half of a range.
    private static func top(_ terms: ArraySlice<Datum>, above bottom: Bound) throws(MatchComplaint) -> Bound {
        guard let mark = terms.first?.text else {
            throw MatchComplaint("Bad value in numeric range: \(words(terms.first))")
        }
        guard let relation = Relation(rawValue: mark), relation == .below || relation == .upTo else {
            throw MatchComplaint("Bad numeric range operator: \(mark)")
        }
        let top = try bound(relation, terms.dropFirst().first)
        guard terms.count <= 2 else { throw MatchComplaint("Too many terms in numeric range expression") }
        guard bottom.number < top.number else { throw MatchComplaint("Bottom must be less than top") }
        return top
    }

    private static func words(_ datum: Datum?) -> String {
        datum.map { String(decoding: $0.json, as: UTF8.self) } ?? "nothing"
    }
}

extension MatchComplaint {
    static let outOfRange = MatchComplaint("Value must be between -5.0E9 and 5.0E9, inclusive")
}
