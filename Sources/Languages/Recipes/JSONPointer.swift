package import Core

/// A place in a document, as RFC 6901 writes it: `/mqtt/port`; empty for the whole document.
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
    package let words: [String]

    package init(_ words: [String]) { self.words = words }

    package init(parsing text: String) throws(Fault) {
        guard text.isEmpty || text.hasPrefix("/") else {
            throw Fault(
                .invalid, "\"\(text)\" is no JSON pointer", hint: "begin it with '/', or leave it empty for everything")
        }
        words = try text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
            .map { word throws(Fault) in try Self.word(word, of: text) }
    }

    /// `~1` stands for `/`, `~0` for `~`.
    private static func word(_ word: Substring, of text: String) throws(Fault) -> String {
        var plain = ""
        var isEscape = false
        for letter in word {
            switch (isEscape, letter) {
            case (false, "~"): isEscape = true
            case (false, _): plain.append(letter)
            case (true, "0"), (true, "1"):
                plain.append(letter == "0" ? "~" : "/")
                isEscape = false
            default: throw Fault(.invalid, "\"\(text)\" is no JSON pointer", hint: "write ~0 for '~' and ~1 for '/'")
            }
        }
        guard !isEscape else {
            throw Fault(.invalid, "\"\(text)\" is no JSON pointer", hint: "write ~0 for '~' and ~1 for '/'")
        }
        return plain
    }

    package func appending(_ word: String) -> JSONPointer { JSONPointer(words + [word]) }

    package var description: String {
        words.map {
            "/"
                + $0.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
                .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
        }.joined()
    }
}

extension Datum {
    /// What lies at a place, nil when nothing does. Keys are found whatever their case.
    package subscript(_ pointer: JSONPointer) -> Datum? {
        var value = self
        for word in pointer.words {
            guard let inner = value.child(word) else { return nil }
            value = inner
        }
        return value
    }

    private func child(_ word: String) -> Datum? {
        switch self {
        case .map(let map): map[anyCase: word]
        // An index has no leading zero.
        case .list(let list): list.indices.first { "\($0)" == word }.map { list[$0] }
        default: nil
        }
    }
}

extension DatumMap {
    /// The member of that name, else the first whose name differs only in case.
    package subscript(anyCase key: String) -> Datum? {
        if let value = self[key] { return value }
        let folded = key.lowercased()
        return keys.first { $0.lowercased() == folded }.flatMap { self[$0] }
    }
}
