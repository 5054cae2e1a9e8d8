extension DiskState {
    /// What a disk writes at once.
    private static let blockBytes = 512

    /// What is found after a cut at this moment. `salt` makes the same loss different at different moments.
    func cut(_ loss: Loss, salt: Int) -> DiskState {
        var chance = Chance(Self.seed(loss) &+ UInt64(salt) &* 0x1000_0000_01b3)
        var found = self
        found.renamings = []
        for renaming in surviving(loss, &chance) { found.keep(renaming) }
        for (number, node) in nodes.sorted(by: { $0.key < $1.key }) {
            found.nodes[number]?.bytes = Self.bytes(node, loss, &chance)
        }
        for number in nodes.keys { found.nodes[number]?.settle() }
        return found
    }

    private static func seed(_ loss: Loss) -> UInt64 {
        switch loss {
        case .tail(let seed), .some(let seed): seed
        default: 0
        }
    }

    private func surviving(_ loss: Loss, _ chance: inout Chance) -> [Renaming] {
        switch loss {
        case .nothing, .bytes: return renamings
        case .everything, .names: return []
        case .tail: return Array(renamings.prefix(Int.random(in: 0...renamings.count, using: &chance)))
        case .some: return renamings.filter { _ in chance.isHeads() }
        }
    }

    /// A file's bytes: a lost block is as it was before, or zeros when it was not there.
    private static func bytes(_ node: Node, _ loss: Loss, _ chance: inout Chance) -> [UInt8] {
        switch loss {
        case .nothing, .names: return node.bytes
        case .everything, .bytes: return node.safeBytes
        case .tail, .some:
            var bytes = node.safeBytes
            for write in node.writes where !write.bytes.isEmpty || chance.isHeads() {
                guard !write.bytes.isEmpty else {
                    bytes.apply(write)
                    continue
                }
                for start in stride(from: 0, to: write.bytes.count, by: blockBytes) where chance.isHeads() {
                    let block = Array(write.bytes[start..<min(start + blockBytes, write.bytes.count)])
                    bytes.apply(Write(offset: write.offset + start, bytes: block))
                }
            }
            return bytes
        }
    }
}

extension DiskState.Node {
    /// What was found is what there is.
    fileprivate mutating func settle() {
        names = safeNames
        safeBytes = bytes
        writes = []
    }
}
