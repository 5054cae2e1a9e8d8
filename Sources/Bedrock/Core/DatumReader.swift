/// One object of settings that people write: every key must be known, and every value possible. Messages name the key and
/// what it may be.
package struct DatumReader: Sendable {
    /// Where it stands in its document, as `watch.latency`; empty for the whole of it.
    package let path: String
    private let members: DatumMap

    /// `keys`: everything that may stand in it. A missing object is an empty one.
    package init(_ datum: Datum?, at path: String, keys: [String]) throws(Fault) {
        self.path = path
        guard let datum, !datum.isNull else {
            members = DatumMap()
            return
        }
        guard let map = datum.map else {
            throw Fault(.invalid, "\(path.isEmpty ? "the settings" : path) must be an object, not \(datum.kindName)")
        }
        members = map
        if let stranger = map.keys.first(where: { !keys.contains($0) }) {
            throw Fault(
                .invalid, "there is no key '\(path.isEmpty ? "" : path + ".")\(stranger)'",
                hint: "there are \(keys.joined(separator: ", "))")
        }
    }

    package func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// What stands at a key, unless it is null.
    package func value(_ key: String) -> Datum? { members[key].flatMap { $0.isNull ? nil : $0 } }

    private func wrong(_ key: String, _ what: String) -> Fault { Fault(.invalid, "\(name(key)) must be \(what)") }

    package func text(_ key: String) throws(Fault) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.text, !text.isEmpty else { throw wrong(key, "a text that is not empty") }
        return text
    }

    package func choice(_ key: String, of words: [String]) throws(Fault) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.text, words.contains(text) else {
            throw wrong(key, "one of \(words.joined(separator: ", "))")
        }
        return text
    }

    package func bool(_ key: String) throws(Fault) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.bool else { throw wrong(key, "true or false") }
        return flag
    }

    package func whole(_ key: String, in range: ClosedRange<Int>) throws(Fault) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.whole, range.contains(number) else {
            throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    package func number(_ key: String, in range: ClosedRange<Double>) throws(Fault) -> Double? {
        guard let value = value(key) else { return nil }
        guard let number = value.number, range.contains(number) else {
            throw wrong(key, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A span that is written in `unit` nanoseconds, such as `Span64.second`.
    package func span(_ key: String, unit: UInt64, in range: ClosedRange<Double>) throws(Fault) -> UInt64? {
        try number(key, in: range).map { UInt64(($0 * Double(unit)).rounded()) }
    }
}
