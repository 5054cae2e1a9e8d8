/// A Python program that a component brings, as far as its letters show what it needs.
struct Program: Hashable {
    struct Reading: Hashable {
        let name: String
        let hasDefault: Bool
    }

    let file: String
    let text: String

    /// The modules it imports, without their inner parts.
    var imports: Set<String> {
        var modules: Set<String> = []
        for line in text.split(separator: "\n") {
            let words = line.split { $0 == " " || $0 == "\t" || $0 == "," || $0 == ";" || $0 == "\r" }
            if words.first == "from", words.count > 1 { modules.insert(Self.top(words[1])) }
            guard words.first == "import" else { continue }
            var isAlias = false
            for word in words.dropFirst() {
                if word.hasPrefix("#") { break }
                if word == "as" {
                    isAlias = true
                } else if isAlias {
                    isAlias = false
                } else {
                    modules.insert(Self.top(word))
                }
            }
        }
        return modules
    }

    private static func top(_ module: Substring) -> String { String(module.prefix { $0 != "." }) }

    /// The variables it looks for in its environment, each once.
    var environment: [Reading] {
        var readings: [Reading] = []
        for (mark, mayHaveDefault) in [("environ.get(", true), ("getenv(", true), ("environ[", false)] {
            var rest = text[...]
            while let found = rest.firstRange(of: mark) {
                rest = rest[found.upperBound...]
                guard let (name, after) = Self.literal(rest) else { continue }
                let hasDefault = mayHaveDefault && after.first { !$0.isWhitespace } == ","
                if !readings.contains(where: { $0.name == name }) {
                    readings.append(Reading(name: name, hasDefault: hasDefault))
                }
            }
        }
        return readings
    }

    /// Strings that begin with a certain path.
    func paths(under folder: String) -> [String] {
        var paths: [String] = []
        for quote in ["'", "\""] {
            var rest = text[...]
            while let found = rest.firstRange(of: quote + folder) {
                let path = folder + rest[found.upperBound...].prefix { !quote.contains($0) && !$0.isWhitespace }
                if !paths.contains(path) { paths.append(path) }
                rest = rest[found.upperBound...]
            }
        }
        return paths
    }

    /// A quoted word at the beginning, and what follows it.
    private static func literal(_ text: Substring) -> (String, after: Substring)? {
        let text = text.drop { $0.isWhitespace }
        guard let quote = text.first, quote == "'" || quote == "\"" else { return nil }
        let word = text.dropFirst().prefix { $0 != quote && $0 != "\n" }
        guard !word.isEmpty, word.endIndex < text.endIndex else { return nil }
        return (String(word), text[text.index(after: word.endIndex)...])
    }
}
