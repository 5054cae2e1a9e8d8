internal import Core

/// What is asked of a JSON message: `{ $.level = "error" && $.n > 3 }`.
package indirect enum DocumentTest: Hashable, Sendable {
    case both(DocumentTest, DocumentTest)
    case either(DocumentTest, DocumentTest)
    case value(DocumentPath, Comparison, Operand)
    case isTrue(DocumentPath, Bool)
    case isNull(DocumentPath)
    case exists(DocumentPath, Bool)

    package enum Comparison: String, Hashable, Sendable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    package enum Operand: Hashable, Sendable {
        case text(String)
        case number(Double)
    }

    func matches(_ document: Datum) -> Bool {
        switch self {
        case .both(let left, let right): left.matches(document) && right.matches(document)
        case .either(let left, let right): left.matches(document) || right.matches(document)
        case .isTrue(let path, let wanted): path.values(in: document).contains(.bool(wanted))
        case .isNull(let path): path.values(in: document).contains(.null)
        case .exists(let path, let wanted): path.values(in: document).isEmpty != wanted
        case .value(let path, let comparison, let operand):
            path.values(in: document).contains { Self.compare($0, comparison, operand) }
        }
    }

    private static func compare(_ value: Datum, _ comparison: Comparison, _ operand: Operand) -> Bool {
        switch operand {
        case .text(let pattern):
            guard let text = value.text ?? value.number.map({ "\($0)" }) else { return false }
            return like(text, pattern) == (comparison == .equal)
        case .number(let wanted):
            guard let number = value.number ?? value.text.flatMap(Double.init) else { return false }
            return switch comparison {
            case .equal: number == wanted
            case .notEqual: number != wanted
            case .less: number < wanted
            case .lessOrEqual: number <= wanted
            case .greater: number > wanted
            case .greaterOrEqual: number >= wanted
            }
        }
    }

    /// A star at either end stands for anything.
    private static func like(_ text: String, _ pattern: String) -> Bool {
        let core = pattern.drop { $0 == "*" }
        let (isOpenBefore, isOpenAfter) = (
            pattern.hasPrefix("*"), core.hasSuffix("*") || core.isEmpty && pattern.count > 0
        )
        let word = String(core.last == "*" ? core.dropLast() : core)
        switch (isOpenBefore, isOpenAfter) {
        case (false, false): return text == word
        case (true, false): return text.hasSuffix(word)
        case (false, true): return text.hasPrefix(word)
        case (true, true): return text.contains(word)
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
