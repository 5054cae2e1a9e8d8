internal import Core
internal import Crypto
internal import Database
internal import JSON

/// The members of an entry's body, asked for by name and type; what is not there as asked is a fault that names it.
struct EntryMembers {
    private let root: JSONNode

    init(_ root: JSONNode) throws(Fault) {
        guard root.kind == .object else { throw Self.fault("it is no JSON object") }
        self.root = root
    }

    /// A member that is there and is not null.
    private func value(_ name: StaticString) -> JSONNode? {
        guard let node = root[name], !node.isNull else { return nil }
        return node
    }

    func text(_ name: StaticString) throws(Fault) -> String {
        guard let text = value(name)?.string else { throw Self.fault("\(name) is no text") }
        return text
    }

    func optionalText(_ name: StaticString) throws(Fault) -> String? {
        value(name) == nil ? nil : try text(name)
    }

    func number<Number: FixedWidthInteger>(_ name: StaticString) throws(Fault) -> Number {
        let node = value(name)
        guard let number = node?.uint.flatMap({ Number(exactly: $0) }) ?? node?.int.flatMap({ Number(exactly: $0) })
        else {
            throw Self.fault("\(name) is no whole number that it may be")
        }
        return number
    }

    func optionalNumber<Number: FixedWidthInteger>(_ name: StaticString) throws(Fault) -> Number? {
        value(name) == nil ? nil : try number(name)
    }

    func optionalFloat(_ name: StaticString) throws(Fault) -> Float? {
        guard let node = value(name) else { return nil }
        guard let number = node.double else { throw Self.fault("\(name) is no number") }
        return Float(number)
    }

    func floats(_ name: StaticString) throws(Fault) -> [Float] {
        guard let count = value(name)?.count else { throw Self.fault("\(name) is no list") }
        if count == 0 { return [] }
        guard let packed = value(name)?.packed else { throw Self.fault("\(name) is no list of numbers") }
        return (0..<count).map { Float(packed.double($0)) }
    }

    func digest(_ name: StaticString) throws(Fault) -> SHA256Digest? {
        guard let text = try optionalText(name) else { return nil }
        guard let digest = SHA256Digest(parsing: text) else { throw Self.fault("\(name) is no SHA-256") }
        return digest
    }

    /// One of a list of words.
    func word<Word: RawRepresentable<String>>(_ name: StaticString) throws(Fault) -> Word {
        guard let word = Word(rawValue: try text(name)) else { throw Self.fault("\(name) is not a known word") }
        return word
    }

    func verdict(_ name: StaticString) throws(Fault) -> Verdict {
        guard let verdict = Verdict(name: try text(name)) else { throw Self.fault("\(name) is not a known verdict") }
        return verdict
    }

    func optionalVerdict(_ name: StaticString) throws(Fault) -> Verdict? {
        value(name) == nil ? nil : try verdict(name)
    }

    /// Whether a member is there and true.
    func flag(_ name: StaticString) -> Bool { value(name)?.bool ?? false }

    func object(_ name: StaticString) throws(Fault) -> EntryMembers {
        guard let node = value(name) else { throw Self.fault("\(name) is missing") }
        return try EntryMembers(node)
    }

    /// Visits every member that is text or a whole number.
    func facts() -> [EventRecord.Fact] {
        var facts: [EventRecord.Fact] = []
        root.forEachMember { name, node in
            if let text = node.string { facts.append(EventRecord.Fact(name, text)) }
            if let number = node.int { facts.append(EventRecord.Fact(name, number)) }
        }
        return facts
    }

    static func fault(_ what: String) -> Fault { Fault(.damaged, "the entry cannot be read: \(what)") }
}
