internal import Core
internal import JSON

/// One object of a configuration: every key must be known, and every value possible. Messages name the key, the value and
/// what it may be.
struct ConfigReader {
    let file: String
    let path: String
    private let node: JSONNode?

    /// `keys`: everything that may stand in it.
    init(_ node: JSONNode?, file: String, path: String, keys: [String]) throws(Fault) {
        self.node = node
        self.file = file
        self.path = path
        guard let node, !node.isNull else { return }
        guard node.kind == .object else {
            throw Fault(.invalid, "\(file): \(path.isEmpty ? "the file" : path) must be a JSON object")
        }
        var stranger: String?
        node.forEachMember { key, _ in
            if !keys.contains(key), stranger == nil { stranger = key }
        }
        if let stranger {
            throw Fault(
                .invalid, "\(file): there is no key '\(path.isEmpty ? "" : path + ".")\(stranger)'",
                hint: "there are \(keys.joined(separator: ", "))")
        }
    }

    func name(_ key: StaticString) -> String { path.isEmpty ? "\(key)" : "\(path).\(key)" }

    func value(_ key: StaticString) -> JSONNode? { node?[key].flatMap { $0.isNull ? nil : $0 } }

    private func wrong(_ key: StaticString, _ what: String) -> Fault {
        Fault(.invalid, "\(file): \(name(key)) must be \(what)")
    }

    func text(_ key: StaticString) throws(Fault) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, !text.isEmpty else { throw wrong(key, "a text that is not empty") }
        return text
    }

    func choice(_ key: StaticString, of words: [String]) throws(Fault) -> String? {
        guard let value = value(key) else { return nil }
        guard let text = value.string, words.contains(text) else {
            throw wrong(key, "one of \(words.joined(separator: ", "))")
        }
        return text
    }

    func int(_ key: StaticString, in range: ClosedRange<Int>) throws(Fault) -> Int? {
        guard let value = value(key) else { return nil }
        guard let number = value.int, range.contains(number) else {
            throw wrong(key, "a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func bool(_ key: StaticString) throws(Fault) -> Bool? {
        guard let value = value(key) else { return nil }
        guard let flag = value.bool else { throw wrong(key, "true or false") }
        return flag
    }

    /// Milliseconds, as nanoseconds.
    func milliseconds(_ key: StaticString, in range: ClosedRange<Double>) throws(Fault) -> UInt64? {
        guard let value = value(key) else { return nil }
        guard let number = value.double, range.contains(number) else {
            throw wrong(key, "milliseconds from \(range.lowerBound) to \(range.upperBound)")
        }
        return UInt64((number * 1e6).rounded())
    }

    func bytes(_ key: StaticString) throws(Fault) -> Int? {
        guard let value = value(key) else { return nil }
        if let number = value.int, number >= 0 { return number }
        guard let text = value.string, let size = try? ByteSize(parsing: text) else {
            throw wrong(key, "a number of bytes, such as 1073741824 or \"1GiB\"")
        }
        return size.bytes
    }

    /// One whole number, or `[low, high]`.
    func range(_ key: StaticString, within limits: ClosedRange<Int>) throws(Fault) -> ClosedRange<Int>? {
        guard let value = value(key) else { return nil }
        if let one = value.int, limits.contains(one) { return one...one }
        guard let ends = value.ints, ends.count == 2, ends[0] <= ends[1], limits.contains(ends[0]),
            limits.contains(ends[1])
        else {
            throw wrong(key, "a whole number, or [low, high], from \(limits.lowerBound) to \(limits.upperBound)")
        }
        return ends[0]...ends[1]
    }

    /// `[low, high]`.
    func range(_ key: StaticString, within limits: ClosedRange<Double>) throws(Fault) -> ClosedRange<Double>? {
        guard let value = value(key) else { return nil }
        guard let packed = value.packed, packed.count == 2, packed.double(0) <= packed.double(1),
            limits.contains(packed.double(0)), limits.contains(packed.double(1))
        else { throw wrong(key, "[low, high] from \(limits.lowerBound) to \(limits.upperBound)") }
        return packed.double(0)...packed.double(1)
    }
}
