/// What a script asks pip for.
struct PipInstall: Hashable {
    let name: String
    /// The exact version, where one is named.
    let pin: String?
    /// As it is written.
    let word: String

    /// Every package that is named after some `pip install`.
    static func all(in script: String) -> [PipInstall] {
        var found: [PipInstall] = []
        for command in script.split(whereSeparator: { ";&|\n".contains($0) }) {
            let words = command.split(whereSeparator: \.isWhitespace).map { $0.filter { $0 != "\"" && $0 != "'" } }
            guard let pip = words.firstIndex(where: isPip), let install = words[pip...].firstIndex(of: "install") else {
                continue
            }
            found += words[(install + 1)...].filter { !$0.hasPrefix("-") && !$0.contains("/") }.compactMap(read)
        }
        return found
    }

    private static func isPip(_ word: String) -> Bool {
        let name = word.split(separator: "/").last.map(String.init) ?? word
        return name == "pip" || name.hasPrefix("pip3")
    }

    private static func read(_ word: String) -> PipInstall? {
        let name = word.prefix { $0.isLetter || $0.isNumber || "-_.".contains($0) }
        guard name.first?.isLetter == true else { return nil }
        let rest = word[name.endIndex...].drop { $0 != "=" && $0 != "<" && $0 != ">" && $0 != "~" && $0 != "!" }
        let pin = rest.hasPrefix("==") ? String(rest.dropFirst(2)) : nil
        // As the index compares names.
        return PipInstall(
            name: String(name.lowercased().map { $0 == "_" || $0 == "." ? "-" : $0 }), pin: pin,
            word: word)
    }
}
