package import Core

/// The way to one value of an event: `$.detail.parts[0].score`, or `$` for all of it.
package struct InputPath: Hashable, Sendable {
    private enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
    }

    private let steps: [Step]

    /// Reads `$`, `.names` and `[numbers]`.
    package init(parsing text: String) throws(PatternRefusal) {
        guard text.utf8.count <= PatternLimit.pathBytesMax else {
            throw PatternRefusal(path: text, "it is longer than \(PatternLimit.pathBytesMax) bytes")
        }
        guard text.first == "$" else { throw PatternRefusal(path: text, "it must begin with $") }
        var steps: [Step] = []
        var rest = text.dropFirst()
        while let mark = rest.first {
            guard let (step, length) = mark == "." ? Self.member(rest) : Self.element(rest) else {
                throw PatternRefusal(path: text, "after $ come .names and [numbers] only")
            }
            steps.append(step)
            rest = rest.dropFirst(length)
        }
        self.steps = steps
    }

    private static func member(_ text: Substring) -> (Step, length: Int)? {
        let name = text.dropFirst().prefix(while: isNameLetter)
        return name.isEmpty ? nil : (.member(String(name)), name.count + 1)
    }

    private static func element(_ text: Substring) -> (Step, length: Int)? {
        guard text.first == "[" else { return nil }
        let digits = text.dropFirst().prefix { $0 != "]" }
        guard (1...9).contains(digits.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            text.dropFirst(digits.count + 1).first == "]", let place = Int(digits)
        else { return nil }
        return (.element(place), digits.count + 2)
    }

    /// Not what a richer path language would mean something by.
    private static func isNameLetter(_ letter: Character) -> Bool {
        !letter.isWhitespace && !".[]()*?@'\"\\<>,".contains(letter) && letter.asciiValue.map { $0 >= 0x20 } ?? true
    }

    /// What is there; nil when nothing is.
    package func value(in event: Datum) -> Datum? {
        var value = event
        for step in steps {
            switch step {
            case .member(let name):
                guard let member = value[name] else { return nil }
                value = member
            case .element(let place):
                guard let list = value.list, place < list.count else { return nil }
                value = list[place]
            }
        }
        return value
    }
}
