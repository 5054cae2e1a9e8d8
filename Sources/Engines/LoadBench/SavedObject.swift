extension JSONText {
    static func int(_ value: some BinaryInteger) -> JSONText { .number("\(value)") }

    static func real(_ value: Double) -> JSONText { .number("\(value)") }
}

/// The members of a JSON object, asked for by name and type; what is not there as asked is an error that names it.
struct SavedObject {
    let members: [String: JSONText]

    static func members(of value: JSONText, _ name: String) throws(BenchError) -> [String: JSONText] {
        guard case .object(let members) = value else { throw fault(name, "an object") }
        return members
    }

    func object(_ name: String) throws(BenchError) -> SavedObject {
        SavedObject(members: try Self.members(of: members[name] ?? .null, name))
    }

    func string(_ name: String) throws(BenchError) -> String {
        guard case .string(let text) = members[name] else { throw Self.fault(name, "a string") }
        return text
    }

    func bool(_ name: String) throws(BenchError) -> Bool {
        guard case .bool(let value) = members[name] else { throw Self.fault(name, "true or false") }
        return value
    }

    /// A count, so never below zero.
    func int(_ name: String) throws(BenchError) -> Int {
        guard case .number(let text) = members[name], let value = Int(text), value >= 0 else {
            throw Self.fault(name, "a whole number")
        }
        return value
    }

    func nanoseconds(_ name: String) throws(BenchError) -> Nanoseconds {
        guard case .number(let text) = members[name], let value = Nanoseconds(text) else {
            throw Self.fault(name, "a whole number")
        }
        return value
    }

    /// A number, or nil for `null`.
    func optionalReal(_ name: String) throws(BenchError) -> Double? {
        switch members[name] {
        case .null: return nil
        case .number(let text): return Double(text)
        default: throw Self.fault(name, "a number or null")
        }
    }

    /// An object of counts whose names `key` understands.
    func counts<Key: Hashable>(_ name: String, key: (String) -> Key?) throws(BenchError) -> [Key: Int] {
        let saved = try object(name)
        var counts: [Key: Int] = [:]
        for member in saved.members.keys {
            guard let key = key(member) else { throw Self.fault("\(name).\(member)", "known") }
            counts[key] = try saved.int(member)
        }
        return counts
    }

    private static func fault(_ name: String, _ wanted: String) -> BenchError {
        BenchError(.unreadable, "not a saved report: \(name) is not \(wanted)")
    }
}
