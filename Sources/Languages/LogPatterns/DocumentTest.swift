internal import Core

/// What is asked of a JSON message: `$.level = "error"`.
package enum DocumentTest: Hashable, Sendable {
    case value(DocumentPath, PatternComparison, PatternOperand)
    case isTrue(DocumentPath, Bool)
    case isNull(DocumentPath)
    case exists(DocumentPath, Bool)

    func passes(_ document: Datum) -> Bool {
        switch self {
        case .isTrue(let path, let wanted): path.values(in: document).contains(.bool(wanted))
        case .isNull(let path): path.values(in: document).contains(.null)
        case .exists(let path, let wanted): path.values(in: document).isEmpty != wanted
        case .value(let path, let comparison, let operand):
            path.values(in: document).contains { Self.compare($0, comparison, operand) }
        }
    }

    private static func compare(_ value: Datum, _ comparison: PatternComparison, _ operand: PatternOperand) -> Bool {
        switch operand {
        case .text(let wanted):
            guard let text = value.text ?? value.number.map({ "\($0)" }) else { return false }
            return wanted.matches(text) == (comparison == .equal)
        case .number(let wanted):
            guard let number = value.number ?? value.text.flatMap({ PatternOperand.number($0) }) else { return false }
            return comparison.holds(number, wanted)
        }
    }
}

/// `$.a.b[0].*`: where in a document.
package struct DocumentPath: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case name(String)
        case place(Int)
        case every
    }

    let steps: [Step]

    func values(in document: Datum) -> [Datum] {
        var found = [document]
        for step in steps {
            found = found.flatMap { value -> [Datum] in
                switch step {
                case .name(let name): return value[name].map { [$0] } ?? []
                case .place(let place):
                    guard let list = value.list, list.indices.contains(place) else { return [] }
                    return [list[place]]
                case .every: return value.list ?? value.map?.members.map(\.value) ?? []
                }
            }
        }
        return found
    }
}
