internal import Core

/// A value of a policy, and where in the policy it stands.
struct PolicyPlace {
    let path: String
    let value: Datum

    func refusal(_ reason: String = PolicyRefusal.syntax) -> PolicyRefusal {
        PolicyRefusal(reason: reason, place: path)
    }

    /// A member of this object.
    func member(_ key: String, _ value: Datum) -> PolicyPlace {
        PolicyPlace(path: path.isEmpty ? key : "\(path).\(key)", value: value)
    }

    func text() throws(PolicyRefusal) -> String {
        guard let text = value.text else { throw refusal() }
        return text
    }

    /// The members of an object, in their order.
    func members() throws(PolicyRefusal) -> [(key: String, place: PolicyPlace)] {
        guard let map = value.map else { throw refusal() }
        return map.members.map { ($0.key, member($0.key, $0.value)) }
    }

    /// The members of an object that has no others than these.
    func members(known: [String]) throws(PolicyRefusal) -> [String: PolicyPlace] {
        let members = try members()
        for (key, place) in members where !known.contains(key) { throw place.refusal(PolicyRefusal.unknown(key)) }
        return Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.place) })
    }

    /// The elements of a list, or the value itself: AWS lets a list of one stand without its brackets.
    var elements: [PolicyPlace] {
        guard let list = value.list else { return [self] }
        return list.enumerated().map { PolicyPlace(path: "\(path)[\($0.offset)]", value: $0.element) }
    }
}
