/// H1: the CLI's shorthand for structures wants `=` between a key and its value, not the colon of JSON.
enum ShorthandRule {
    static func findings(_ walk: Walkthrough) -> [ClinicFinding] {
        walk.calls { _ in true }.flatMap { _, step, call in
            call.options.filter { $0.key != "query" && $0.key != "filter-pattern" }.flatMap(\.values).compactMap {
                word in
                finding(word, step, call, walk)
            }
        }
    }

    private static func finding(
        _ word: ShellWord, _ step: Walkthrough.Step, _ call: AWSCall, _ walk: Walkthrough
    ) -> ClinicFinding? {
        let block = walk.block(step)
        let colons = colons(block.bytes, word)
        guard let first = colons.first else { return nil }
        return walk.finding(
            .error, "shorthand", ["H1", "X1"], at: first, of: step.passage,
            "in \(call.name) the shorthand wants `=` between a key and its value, and finds `:` (\(shown(word.text)))",
            "the CLI refuses the line before anything is sent",
            advice: "write = in its place, or all of it as JSON",
            edits: colons.map { block.edit($0..<$0 + 1, "=") })
    }

    private static func shown(_ text: String) -> String { text.count > 60 ? text.prefix(57) + "..." : text }

    /// The colons behind keys within braces. JSON and addresses of files have none to complain of.
    private static func colons(_ bytes: [UInt8], _ word: ShellWord) -> [Int] {
        let text = word.text
        guard let sign = text.firstIndex(of: "="), text[..<sign].utf8.allSatisfy(\.isNameLetter),
            sign != text.startIndex,
            text.contains("{")
        else { return [] }
        var found: [Int] = []
        var depth = 0
        var key: Int?
        for at in word.range {
            switch bytes[at] {
            case UInt8(ascii: "{") where at > 0 && bytes[at - 1] == .dollar: return []
            case UInt8(ascii: "{"):
                depth += 1
                key = at + 1
            case UInt8(ascii: "}"):
                depth -= 1
                key = nil
            case UInt8(ascii: ","): key = depth > 0 ? at + 1 : nil
            case UInt8(ascii: ":"):
                if let start = key, start < at { found.append(at) }
                key = nil
            case let byte where byte.isNameLetter: break
            default: key = nil
            }
        }
        return found
    }
}
