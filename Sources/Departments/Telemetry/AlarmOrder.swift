/// In which order composite alarms are judged: each after those that it is made of.
struct AlarmOrder: Sendable {
    private enum Mark { case open, good, bad }

    /// An alarm on the way down, and how many of its children are behind it.
    private struct Step {
        let name: String
        let children: [String]
        var seen = 0
        var isGood = true
    }

    /// Without those that come to themselves again over others, and those made of such: AWS judges none of them either.
    private(set) var names: [String] = []
    private let children: [String: [String]]
    private var marks: [String: Mark] = [:]
    /// Thousands of alarms may hang in one chain: a thread's stack would not hold the way down.
    private var way: [Step] = []

    /// `children`: what each composite alarm is made of; what is no composite alarm itself does not matter.
    init(_ children: [String: [String]]) {
        self.children = children
        for name in children.keys.sorted() where marks[name] == nil {
            enter(name)
            while !way.isEmpty { go() }
        }
    }

    /// Looks at the next child, goes down to it, or leaves the alarm when there is none.
    private mutating func go() {
        let end = way.count - 1
        let step = way[end]
        guard step.seen < step.children.count else { return leave() }
        let child = step.children[step.seen]
        // One that is not marked yet is looked at again when it has been.
        if marks[child] == nil, children[child] != nil { return enter(child) }
        way[end].seen += 1
        // All of them, whatever is found: the order is for those too.
        if let mark = marks[child], mark != .good { way[end].isGood = false }
    }

    private mutating func enter(_ name: String) {
        marks[name] = .open
        way.append(Step(name: name, children: children[name] ?? []))
    }

    private mutating func leave() {
        let step = way.removeLast()
        marks[step.name] = step.isGood ? .good : .bad
        if step.isGood { names.append(step.name) }
    }
}
