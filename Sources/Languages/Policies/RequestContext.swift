/// What is known about a request, by condition keys.
struct RequestContext {
    private var values: [String: [String]] = [:]

    init(_ given: [String: [String]], caller: Principal) {
        for (key, list) in given { values[key.lowercased(), default: []] += list }
        // Nobody but the caller's kind says who is calling.
        for (key, value) in caller.facts { values[key.lowercased()] = [value] }
    }

    /// The values of a key; nil when there are none.
    subscript(_ key: String) -> [String]? { values[key.lowercased()].flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether a key has no value but empty ones, which AWS counts as none.
    func isNull(_ key: String) -> Bool { self[key]?.allSatisfy(\.isEmpty) ?? true }

    /// What a variable stands for. A key of several values cannot stand in a text, and an empty one would make
    /// `home/${aws:username}*` mean everybody's home.
    func variable(_ key: String, fallback: String?) -> String? {
        if isNull(key) { return fallback }
        guard let list = self[key], list.count == 1 else { return nil }
        return list[0]
    }
}
