package import Core
package import Disk

/// A disk in memory that can be cut off from its power.
package final class ModelDisk: Disk {
    /// Disks that do not do what they are told, to see that the drill notices.
    package enum Flaw: Sendable { case none, forgetsFolders, forgetsFiles }

    var state: DiskState
    private let flaw: Flaw
    private var files: [Int32: (node: Int, offset: Int)] = [:]
    private var opened: Int32 = 0
    private static let freeBytes = 64 << 20

    package init(flaw: Flaw = .none) {
        state = DiskState()
        self.flaw = flaw
    }

    init(_ state: DiskState, flaw: Flaw) {
        self.state = state
        self.flaw = flaw
    }

    /// Everything is safe, as after a long while without a write.
    func rest() { state = state.cut(.nothing, salt: 0) }

    package func claim(_ path: String) throws(Fault) {}

    package func makeFolder(_ path: String) throws(Fault) {
        guard state.node(at: path) == nil else { return }
        let (folder, name) = try parent(path)
        let node = state.make(folder: true)
        state.rename([.init(folder: folder, name: name, node: node)])
    }

    package func open(_ path: String, at offset: Int) throws(Fault) -> DiskFile {
        let (folder, name) = try parent(path)
        let node: Int
        if let there = state.node(at: path) {
            node = there
        } else {
            node = state.make(folder: false)
            state.rename([.init(folder: folder, name: name, node: node)])
        }
        if (state.nodes[node]?.bytes.count ?? 0) > offset { state.write([], to: node, at: offset) }
        opened += 1
        files[opened] = (node, offset)
        return DiskFile(number: opened)
    }

    package func write(_ bytes: [UInt8], to file: DiskFile) throws(Fault) {
        guard let (node, offset) = files[file.number] else { throw Fault(.invalid, "no such file is open") }
        state.write(bytes, to: node, at: offset)
        files[file.number] = (node, offset + bytes.count)
    }

    package func flush(_ file: DiskFile) throws(Fault) {
        guard let (node, _) = files[file.number] else { throw Fault(.invalid, "no such file is open") }
        if flaw != .forgetsFiles { state.flush(node) }
    }

    package func close(_ file: DiskFile) { files[file.number] = nil }

    package func rename(_ path: String, to other: String) throws(Fault) {
        let node = try node(path)
        let (folder, name) = try parent(path)
        let (otherFolder, otherName) = try parent(other)
        state.rename([
            .init(folder: folder, name: name, node: nil), .init(folder: otherFolder, name: otherName, node: node),
        ])
    }

    package func flushFolder(_ path: String) throws(Fault) {
        let folder = try node(path)
        if flaw != .forgetsFolders { state.flushFolder(folder) }
    }

    package func unlink(_ path: String) throws(Fault) {
        _ = try node(path)
        let (folder, name) = try parent(path)
        state.rename([.init(folder: folder, name: name, node: nil)])
    }

    package func removeFolder(_ path: String) throws(Fault) {
        guard state.nodes[try node(path)]?.names.isEmpty == true else { throw Fault(.system, "\(path) is not empty") }
        try unlink(path)
    }

    package func read(_ path: String, from offset: Int, atMost count: Int) throws(Fault) -> [UInt8] {
        Array((state.nodes[try node(path)]?.bytes ?? []).dropFirst(offset).prefix(count))
    }

    package func length(of path: String) -> Int? {
        guard let node = state.node(at: path).flatMap({ state.nodes[$0] }), !node.isFolder else { return nil }
        return node.bytes.count
    }

    package func names(in folder: String) throws(Fault) -> [String] {
        (state.nodes[try node(folder)]?.names.keys).map { $0.sorted() } ?? []
    }

    package func freeBytes(in folder: String) throws(Fault) -> Int { Self.freeBytes }

    private func node(_ path: String) throws(Fault) -> Int {
        guard let node = state.node(at: path) else { throw Fault(.notFound, "\(path) is not there") }
        return node
    }

    private func parent(_ path: String) throws(Fault) -> (folder: Int, name: String) {
        guard let parent = state.parent(of: path) else { throw Fault(.notFound, "the folder of \(path) is not there") }
        return parent
    }
}
