internal import Core

/// A file system as it is seen, and as it would be found after a power cut. A value: a copy is a moment that can be returned to.
///
/// More pessimistic than any real one: nothing un-flushed is safe, a file's name is safe only when its folder was flushed, and what is lost
/// need not be the newest. A rename is one change, as every journaling file system has it.
struct DiskState: Sendable {
    /// A file's bytes changed from `offset` on; what was behind is cut off when there are no new ones.
    struct Write: Sendable {
        let offset: Int
        let bytes: [UInt8]
    }

    struct Node: Sendable {
        let isFolder: Bool
        var bytes: [UInt8] = []
        var names: [String: Int] = [:]
        /// What is safe.
        var safeBytes: [UInt8] = []
        var safeNames: [String: Int] = [:]
        var writes: [Write] = []
    }

    /// Names that change together; nil takes one away.
    struct Renaming: Sendable {
        struct Step: Sendable {
            let folder: Int
            let name: String
            let node: Int?
        }
        let steps: [Step]
    }

    static let root = 0
    var nodes: [Int: Node] = [root: Node(isFolder: true)]
    /// Not yet safe, in order.
    var renamings: [Renaming] = []
    private var count = 1

    func node(at path: String) -> Int? {
        var node = Self.root
        for name in path.split(separator: "/") {
            guard let next = nodes[node]?.names[String(name)] else { return nil }
            node = next
        }
        return node
    }

    /// The folder a path's last name is in.
    func parent(of path: String) -> (folder: Int, name: String)? {
        guard let slash = path.lastIndex(of: "/"), let folder = node(at: String(path[..<slash])) else { return nil }
        return (folder, String(path[path.index(after: slash)...]))
    }

    mutating func make(folder isFolder: Bool) -> Int {
        defer { count += 1 }
        nodes[count] = Node(isFolder: isFolder)
        return count
    }

    mutating func rename(_ steps: [Renaming.Step]) {
        for step in steps { nodes[step.folder]?.names[step.name] = step.node }
        renamings.append(Renaming(steps: steps))
    }

    mutating func write(_ bytes: [UInt8], to node: Int, at offset: Int) {
        let write = Write(offset: offset, bytes: bytes)
        nodes[node]?.bytes.apply(write)
        nodes[node]?.writes.append(write)
    }

    mutating func flush(_ node: Int) {
        guard var flushed = nodes[node] else { return }
        flushed.safeBytes = flushed.bytes
        flushed.writes = []
        nodes[node] = flushed
    }

    /// What changes names in the folder is safe, with whatever it rests on: a name that changed twice did so in order.
    mutating func flushFolder(_ folder: Int) {
        var names: Set<[String]> = []
        var safe: [Renaming] = []
        var rest: [Renaming] = []
        for renaming in renamings.reversed() {
            let keys = renaming.steps.map { ["\($0.folder)", $0.name] }
            if renaming.steps.contains(where: { $0.folder == folder }) || !names.isDisjoint(with: keys) {
                names.formUnion(keys)
                safe.append(renaming)
            } else {
                rest.append(renaming)
            }
        }
        for renaming in safe.reversed() { keep(renaming) }
        renamings = rest.reversed()
    }

    mutating func keep(_ renaming: Renaming) {
        for step in renaming.steps { nodes[step.folder]?.safeNames[step.name] = step.node }
    }
}

extension [UInt8] {
    /// A write behind the end leaves zeros between.
    mutating func apply(_ write: DiskState.Write) {
        guard !write.bytes.isEmpty else {
            removeLast(Swift.max(0, count - write.offset))
            return
        }
        let end = write.offset + write.bytes.count
        if count < end { append(contentsOf: repeatElement(0, count: end - count)) }
        replaceSubrange(write.offset..<end, with: write.bytes)
    }
}
