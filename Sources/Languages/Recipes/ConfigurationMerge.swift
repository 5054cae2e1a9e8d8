internal import Core

/// One writer's writing into a configuration, and what it lost to others.
struct ConfigurationMerge {
    typealias Loss = ConfigurationReport.Loss

    let time: Int
    let writer: Loss.Writer
    private(set) var losses: [Loss] = []

    init(time: Int, writer: Loss.Writer) {
        self.time = time
        self.writer = writer
    }

    /// Defaults never replace what is there, not even older defaults; others replace what is not newer.
    private func mayReplace(_ node: ConfigurationTree.Node) -> Bool { writer != .recipe && node.newest <= time }

    /// Maps are merged deep; a list, a value or null replaces what is there.
    mutating func merge(_ value: Datum, into tree: inout ConfigurationTree) {
        guard let map = value.map else { return }
        merge(map, into: &tree.root, at: JSONPointer([]))
    }

    private mutating func merge(_ map: DatumMap, into branch: inout ConfigurationTree.Branch, at path: JSONPointer) {
        for (key, value) in map.members {
            let path = path.appending(key)
            guard let old = branch[key] else {
                branch[key] = ConfigurationTree.Node(value, time: time)
                continue
            }
            if case .branch(var inner) = old, let map = value.map {
                merge(map, into: &inner, at: path)
                branch[key] = .branch(inner)
            } else if mayReplace(old) {
                branch[key] = ConfigurationTree.Node(value, time: time)
            } else {
                note(old, value, at: path)
            }
        }
    }

    private mutating func note(_ old: ConfigurationTree.Node, _ refused: Datum?, at path: JSONPointer) {
        guard refused == nil || old.value != refused else { return }
        losses.append(
            Loss(
                path: path, kept: old.value, keptTime: old.newest, refused: refused, refusedTime: time,
                writer: refused == nil ? .reset : writer))
    }

    /// Takes away what lies at a place, but for what is newer. False when nothing lies there.
    mutating func reset(_ pointer: JSONPointer, in tree: inout ConfigurationTree) throws(Fault) -> Bool {
        if pointer.words.isEmpty {
            tree.root = emptied(tree.root, at: pointer)
            return true
        }
        return try reset(pointer.words[...], in: &tree.root, at: JSONPointer([]), whole: pointer)
    }

    private mutating func reset(
        _ words: ArraySlice<String>, in branch: inout ConfigurationTree.Branch, at path: JSONPointer, whole: JSONPointer
    ) throws(Fault) -> Bool {
        guard let word = words.first, let node = branch[word] else { return false }
        let path = path.appending(word)
        if words.count == 1 {
            branch[word] = remains(of: node, at: path)
            return true
        }
        switch node {
        case .branch(var inner):
            let found = try reset(words.dropFirst(), in: &inner, at: path, whole: whole)
            branch[word] = .branch(inner)
            return found
        case .leaf(.list, _):
            throw Fault(
                .invalid, "the reset \"\(whole)\" leads into a list, which is one value",
                hint: "reset \"\(path)\", the whole list")
        case .leaf: return false
        }
    }

    private mutating func remains(of node: ConfigurationTree.Node, at path: JSONPointer) -> ConfigurationTree.Node? {
        switch node {
        case .leaf(_, let written):
            guard written > time else { return nil }
            note(node, nil, at: path)
            return node
        case .branch(let branch):
            let rest = emptied(branch, at: path)
            return rest.isEmpty ? nil : .branch(rest)
        }
    }

    private mutating func emptied(_ branch: ConfigurationTree.Branch, at path: JSONPointer) -> ConfigurationTree.Branch
    {
        var rest = ConfigurationTree.Branch()
        for (key, node) in branch.members { rest[key] = remains(of: node, at: path.appending(key)) }
        return rest
    }
}
