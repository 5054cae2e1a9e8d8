/// Which modules a program uses without having imported them.
extension PythonCode {
    struct MissingImport: Hashable {
        let line: String
        /// The first place that needs it.
        let use: Int
    }

    /// Names that mean one module to everybody who reads them.
    private static let modules = [
        "os", "sys", "json", "time", "re", "math", "logging", "random", "uuid", "base64", "subprocess", "shutil",
        "pathlib",
        "hashlib", "csv", "io", "threading", "traceback", "boto3", "pickle", "joblib", "argparse", "socket", "struct",
        "glob",
    ]
    private static let aliases = ["np": "import numpy as np", "pd": "import pandas as pd"]
    /// What only the class of `datetime` can do.
    private static let datetimeWords: Set<String> = [
        "now", "utcnow", "today", "fromisoformat", "fromtimestamp", "strptime", "combine", "utcfromtimestamp",
    ]

    var missingImports: [MissingImport] {
        let bound = boundNames
        var found: [MissingImport] = []
        for (name, word, place) in uses where !bound.contains(name) && !found.contains(where: { $0.use == place }) {
            guard let line = Self.line(name, word), !found.contains(where: { $0.line == line }) else { continue }
            found.append(MissingImport(line: line, use: place))
        }
        return found
    }

    private static func line(_ name: String, _ word: String) -> String? {
        if name == "datetime" {
            return datetimeWords.contains(word) ? "from datetime import datetime" : "import datetime"
        }
        return aliases[name] ?? (modules.contains(name) ? "import \(name)" : nil)
    }

    /// Every `name.word` whose name stands by itself.
    private var uses: [(name: String, word: String, place: Int)] {
        var found: [(String, String, Int)] = []
        var rest = 0
        while let dot = code[rest...].firstIndex(of: UInt8(ascii: ".")) {
            rest = dot + 1
            // Names are short; whatever is longer is none of ours.
            let name = code[max(0, dot - 64)..<dot].reversed().prefix(while: \.isNameLetter).count
            guard name > 0, dot == name || code[dot - name - 1] != UInt8(ascii: ".") else { continue }
            let word = code[rest..<min(code.count, rest + 64)].prefix(while: \.isNameLetter)
            found.append((code.text(dot - name..<dot), String(decoding: word, as: UTF8.self), dot - name))
        }
        return found
    }

    /// What imports, assignments and definitions give a meaning.
    private var boundNames: Set<String> {
        var names: Set<String> = []
        for line in code.split(separator: .newline) {
            let words = String(decoding: line, as: UTF8.self).split {
                $0 == " " || $0 == "\t" || $0 == "," || $0 == "(" || $0 == ")" || $0 == ";" || $0 == ":" || $0 == "\r"
            }.map(String.init)
            if let at = words.firstIndex(of: "import"), at == 0 || words.first == "from" {
                names.formUnion(Self.imported(words[(at + 1)...]))
            } else {
                // Parameters, targets of loops and assignments, names of functions: all that stands on a line that
                // can bind.
                let binds =
                    line.contains(UInt8(ascii: "=")) || ["def", "for", "with", "class", "except"].contains(words.first)
                if binds {
                    names.formUnion(words.prefix { !$0.contains("=") || $0 == "=" }.filter { !$0.contains(".") })
                }
            }
        }
        return names
    }

    /// The names behind `import`: what comes behind `as`, else the first part.
    private static func imported(_ words: ArraySlice<String>) -> Set<String> {
        var names: [String] = []
        var isAlias = false
        for word in words {
            if word == "as" {
                isAlias = true
                continue
            }
            if isAlias { names.removeLast(min(1, names.count)) }
            names.append(word.split(separator: ".").first.map(String.init) ?? word)
            isAlias = false
        }
        return Set(names)
    }

    /// Where an import can be added: in front of the first one.
    var importPlace: Int {
        let lines = LineTable(code)
        for start in lines.starts where code.has("import ", at: start) || code.has("from ", at: start) {
            // This one must stay the first.
            if !code.has("from __future__", at: start) { return start }
        }
        return 0
    }
}
