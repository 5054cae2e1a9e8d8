internal import Core

/// What the letters of a scalar stand for. Only `true` and `false` are booleans: `no`, `on` and `y` are words, as Greengrass reads them.
enum YAMLScalar {
    /// The letters can be taken in two ways.
    struct Doubt: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    static let tagPrefix = "tag:yaml.org,2002:"

    static func shown(_ tag: String) -> String {
        tag.hasPrefix(tagPrefix) ? "!!" + tag.dropFirst(tagPrefix.count) : tag
    }

    static func value(_ text: String, isPlain: Bool, tag: String?) throws(Doubt) -> Datum {
        guard let tag else { return isPlain ? try plain(text) : .text(text) }
        switch tag {
        case "!", tagPrefix + "str": return .text(text)
        case tagPrefix + "int", tagPrefix + "float", tagPrefix + "bool", tagPrefix + "null":
            return try tagged(text, String(tag.dropFirst(tagPrefix.count)))
        default: throw Doubt("the tag \(shown(tag)) says nothing here")
        }
    }

    private static func tagged(_ text: String, _ kind: String) throws(Doubt) -> Datum {
        let value = try plain(text)
        switch (kind, value) {
        case ("int", .whole), ("bool", .bool), ("null", .null), ("float", .number): return value
        case ("float", .whole(let whole)): return .number(Double(whole))
        default: throw Doubt("'\(text)' is not what !!\(kind) says")
        }
    }

    /// An unquoted scalar.
    static func plain(_ text: String) throws(Doubt) -> Datum {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .bool(true)
        case "false", "False", "FALSE": return .bool(false)
        default: return try number(text) ?? .text(text)
        }
    }

    private static func number(_ text: String) throws(Doubt) -> Datum? {
        var rest = text[...]
        let sign = rest.first == "-" ? "-" : ""
        if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
        guard let first = rest.first, first == "." || first.isDigit else { return try endless(rest, text) }
        if rest.hasPrefix("0x") || rest.hasPrefix("0o") {
            let radix = rest.hasPrefix("0x") ? 16 : 8
            return Int(sign + rest.dropFirst(2), radix: radix).map(Datum.whole)
        }
        if rest.allSatisfy({ $0.isDigit || $0 == "_" }) { return try whole(sign, rest, text) }
        return try real(sign, rest)
    }

    private static func whole(_ sign: String, _ rest: Substring, _ text: String) throws(Doubt) -> Datum? {
        let digits = rest.filter { $0 != "_" }
        guard digits.count == 1 || digits.first != "0" else {
            throw Doubt(
                "\(text) is an octal number to some and a decimal one to others: quote it, or write it without the 0")
        }
        return Int(sign + digits).map(Datum.whole) ?? Double(sign + digits).map(Datum.number)
    }

    /// Digits around one point, with or without an exponent: `1.2.3` and `1:20` are words.
    private static func real(_ sign: String, _ rest: Substring) throws(Doubt) -> Datum? {
        if rest == ".inf" || rest == ".Inf" || rest == ".INF" || rest == ".nan" {
            return try endless(rest, String(rest))
        }
        let parts = rest.split(omittingEmptySubsequences: false) { $0 == "e" || $0 == "E" }
        guard parts.count <= 2, parts[0].contains(where: \.isDigit), parts[0].allSatisfy({ $0.isDigit || $0 == "." }),
            parts[0].count(where: { $0 == "." }) <= 1
        else { return nil }
        if parts.count == 2 {
            let exponent = parts[1].drop { $0 == "+" || $0 == "-" }
            guard !exponent.isEmpty, exponent.allSatisfy(\.isDigit), parts[1].count - exponent.count <= 1 else {
                return nil
            }
        }
        guard let value = Double(sign + filled(parts)), value.isFinite else { return nil }
        return .number(value)
    }

    /// With a digit on both sides of the point, which is how Swift reads it.
    private static func filled(_ parts: [Substring]) -> String {
        var mantissa = String(parts[0])
        if mantissa.hasPrefix(".") { mantissa = "0" + mantissa }
        if mantissa.hasSuffix(".") { mantissa += "0" }
        return parts.count == 2 ? mantissa + "e" + parts[1] : mantissa
    }

    private static func endless(_ rest: Substring, _ text: String) throws(Doubt) -> Datum? {
        switch rest {
        case ".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN":
            throw Doubt("\(text) has no place in a document: quote it if it is a word")
        default: return nil
        }
    }
}

extension Character {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
