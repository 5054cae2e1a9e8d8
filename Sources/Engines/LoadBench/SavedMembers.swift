internal import JSON

/// The members of a JSON object, asked for by name and type; what is not there as asked is an error that names it.
struct SavedMembers {
    private var members: [String: JSONNode] = [:]

    init(_ node: JSONNode?, named name: String) throws(BenchError) {
        guard let node, node.kind == .object else { throw Self.fault(name, "an object") }
        node.forEachMember { members[$0] = $1 }
    }

    func object(_ name: String) throws(BenchError) -> SavedMembers {
        try SavedMembers(members[name], named: name)
    }

    func string(_ name: String) throws(BenchError) -> String {
        guard let text = members[name]?.string else { throw Self.fault(name, "a string") }
        return text
    }

    func bool(_ name: String) throws(BenchError) -> Bool {
        guard let value = members[name]?.bool else { throw Self.fault(name, "true or false") }
        return value
    }

    /// A count, so never below zero.
    func int(_ name: String) throws(BenchError) -> Int {
        guard let value = members[name]?.int, value >= 0 else { throw Self.fault(name, "a whole number") }
        return value
    }

    func nanoseconds(_ name: String) throws(BenchError) -> Nanoseconds {
        guard let value = members[name]?.uint else { throw Self.fault(name, "a whole number") }
        return value
    }

    /// A number, or nil for `null`.
    func optionalReal(_ name: String) throws(BenchError) -> Double? {
        guard let node = members[name], node.isNull || node.kind == .number else {
            throw Self.fault(name, "a number or null")
        }
        return node.double
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
        SavedReport.fault("\(name) is not \(wanted)")
    }
}
