/// In which order composite alarms are judged: each after those that it is made of.
struct AlarmOrder: Sendable {
    private enum Mark { case open, good, bad }

    /// Without those that come to themselves again over others, and those made of such: AWS judges none of them either.
    private(set) var names: [String] = []
    private let children: [String: [String]]
    private var marks: [String: Mark] = [:]

    /// `children`: what each composite alarm is made of; what is no composite alarm itself does not matter.
    init(_ children: [String: [String]]) {
        self.children = children
        for name in children.keys.sorted() { _ = visit(name) }
    }

    private mutating func visit(_ name: String) -> Bool {
        guard let own = children[name] else { return true }
        if let mark = marks[name] { return mark == .good }
        marks[name] = .open
        // All of them, whatever is found: the order is for those too.
        let isGood = own.map { visit($0) }.allSatisfy { $0 }
        marks[name] = isGood ? .good : .bad
        if isGood { names.append(name) }
        return isGood
    }
}
