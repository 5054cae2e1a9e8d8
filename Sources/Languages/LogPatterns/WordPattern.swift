/// Words that a message has to hold, all of them or (with `?`) any; `-` keeps those out that hold one.
package struct WordPattern: Hashable, Sendable {
    private var all: [String] = []
    private var any: [String] = []
    private var none: [String] = []

    init(parsing text: Substring) throws(LogPatternRefusal) {
        var rest = text
        while let mark = rest.first {
            if mark.isWhitespace {
                rest.removeFirst()
                continue
            }
            if mark == "-" || mark == "?" { rest.removeFirst() }
            let word = try Self.word(&rest)
            guard !word.isEmpty else { throw LogPatternRefusal(reason: "Invalid character(s) in term '\(mark)'") }
            switch mark {
            case "-": none.append(word)
            case "?": any.append(word)
            default: all.append(word)
            }
        }
    }

    private static func word(_ rest: inout Substring) throws(LogPatternRefusal) -> String {
        guard rest.first == "\"" else {
            let word = rest.prefix { !$0.isWhitespace }
            try check(word)
            rest = rest.dropFirst(word.count)
            return String(word)
        }
        rest.removeFirst()
        var word = ""
        while let letter = rest.popFirst() {
            if letter == "\"" { return word }
            if letter == "\\", let next = rest.popFirst() { word.append(next) } else { word.append(letter) }
        }
        throw LogPatternRefusal(reason: "Unterminated quoted string in the filter pattern")
    }

    /// What means more than itself with AWS would be looked for in vain.
    private static func check(_ word: Substring) throws(LogPatternRefusal) {
        let isJoin = word == "&&" || word == "||"
        guard isJoin || word.first == "%" else { return }
        let why = isJoin ? "conditions are joined within { } and [ ] alone" : LogPatternRefusal.regularExpressions
        throw LogPatternRefusal(
            reason: "Invalid character(s) in term '\(word.prefix(40))': \(why); what is meant literally is quoted")
    }

    func matches(_ message: String) -> Bool {
        // With `?` words alone any of them is enough; beside others they do not count, as AWS has it.
        if !none.allSatisfy({ !message.contains($0) }) { return false }
        if all.isEmpty { return any.isEmpty || any.contains { message.contains($0) } }
        return all.allSatisfy { message.contains($0) }
    }
}
