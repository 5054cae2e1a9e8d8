package import Core

/// A component's configuration on a node: every value with the moment of its writing, so that of two writers the later one is
/// believed, whatever order they arrive in. Keys are the same whatever their case. Moments are milliseconds since 1970.
package struct ConfigurationTree: Hashable, Sendable {
    indirect enum Node: Hashable, Sendable {
        case leaf(Datum, time: Int)
        case branch(Branch)
    }

    /// In the order in which the keys came.
    struct Branch: Hashable, Sendable {
        private(set) var keys: [String] = []
        private var nodes: [String: Node] = [:]

        subscript(_ key: String) -> Node? {
            get { nodes[key.lowercased()] }
            set {
                let folded = key.lowercased()
                let isNew = nodes[folded] == nil
                nodes[folded] = newValue
                if newValue == nil { keys.removeAll { $0.lowercased() == folded } } else if isNew { keys.append(key) }
            }
        }

        var isEmpty: Bool { keys.isEmpty }
        var members: [(key: String, node: Node)] { keys.compactMap { key in self[key].map { (key, $0) } } }
    }

    /// The moment of what a recipe says: before everything that anyone wrote.
    package static let defaultTime = 1

    var root = Branch()

    package init() {}

    /// The values without their moments.
    package var value: Datum { Node.branch(root).value }

    /// With its moments, to be kept: an object is a branch, `[moment, value]` is a value.
    package var datum: Datum { Node.branch(root).datum }

    package init(datum: Datum) throws(Fault) {
        guard case .branch(let branch) = try Node(datum) else {
            throw Fault(.invalid, "a kept configuration is \(datum.kindName), an object is wanted")
        }
        root = branch
    }

    /// A component writes into its own configuration while it runs.
    package mutating func update(_ pointer: JSONPointer, to value: Datum, at time: Int) -> [ConfigurationReport.Loss] {
        let nested = pointer.words.reversed().reduce(value) { inner, key in .map(DatumMap([(key, inner)])) }
        var merging = ConfigurationMerge(time: time, writer: .component)
        merging.merge(nested, into: &self)
        return merging.losses
    }
}

extension ConfigurationTree.Node {
    var value: Datum {
        switch self {
        case .leaf(let value, _): value
        case .branch(let branch): .map(DatumMap(branch.members.map { ($0.key, $0.node.value) }))
        }
    }

    var datum: Datum {
        switch self {
        case .leaf(let value, let time): [.whole(time), value]
        case .branch(let branch): .map(DatumMap(branch.members.map { ($0.key, $0.node.datum) }))
        }
    }

    /// Written at one moment. A list is one value.
    init(_ value: Datum, time: Int) {
        guard let map = value.map else {
            self = .leaf(value, time: time)
            return
        }
        var branch = ConfigurationTree.Branch()
        for (key, value) in map.members { branch[key] = Self(value, time: time) }
        self = .branch(branch)
    }

    init(_ datum: Datum) throws(Fault) {
        if let pair = datum.list, pair.count == 2, let time = pair[0].whole {
            self = .leaf(pair[1], time: time)
            return
        }
        guard let map = datum.map else {
            throw Fault(.invalid, "a kept configuration holds \(datum.kindName), [moment, value] is wanted")
        }
        var branch = ConfigurationTree.Branch()
        for (key, inner) in map.members { branch[key] = try Self(inner) }
        self = .branch(branch)
    }

    /// The last moment at which anything in it was written.
    var newest: Int {
        switch self {
        case .leaf(_, let time): time
        case .branch(let branch): branch.members.map(\.node.newest).max() ?? 0
        }
    }
}
