/// Where the parts of a JSON text stand, so that one of them can be changed and all others stay as they were written.
struct JSONOutline: Sendable {
    struct Node: Sendable {
        let range: Range<Int>
        let content: Content
    }

    enum Content: Sendable {
        case object([Member])
        case list([Node])
        /// The quotes are part of the range.
        case text
        case other
    }

    struct Member: Sendable {
        let key: String
        /// The key with its quotes.
        let range: Range<Int>
        let value: Node
    }

    let root: Node

    private static let depthMax = 64

    /// Nil for what is no JSON. What stands between quotes may be anything.
    init?(_ bytes: [UInt8], in part: Range<Int>) {
        var scanner = Scanner(bytes: bytes, at: part.lowerBound, end: part.upperBound)
        guard let root = scanner.node(depth: 0) else { return nil }
        self.root = root
    }

    /// The part at a path like `Manifests[0].Lifecycle`, keys in whatever case, or the last part on the way that is
    /// there.
    func nearest(_ path: String) -> (node: Node, isIt: Bool) {
        var node = root
        for step in Self.steps(path) {
            guard let next = Self.child(step, of: node) else { return (node, false) }
            node = next
        }
        return (node, true)
    }

    func node(_ path: String) -> Node? {
        let (node, isIt) = nearest(path)
        return isIt ? node : nil
    }

    private static func steps(_ path: String) -> [String] {
        path.split { $0 == "." || $0 == "[" || $0 == "]" }.map(String.init)
    }

    private static func child(_ step: String, of node: Node) -> Node? {
        switch node.content {
        case .object: node.member(step)?.value
        case .list(let nodes): Int(step).flatMap { nodes.indices.contains($0) ? nodes[$0] : nil }
        default: nil
        }
    }

    private struct Scanner {
        let bytes: [UInt8]
        var at: Int
        let end: Int

        mutating func node(depth: Int) -> Node? {
            skip()
            guard at < end, depth < JSONOutline.depthMax else { return nil }
            let start = at
            switch bytes[at] {
            case UInt8(ascii: "{"): return object(depth).map { Node(range: start..<at, content: .object($0)) }
            case UInt8(ascii: "["): return list(depth).map { Node(range: start..<at, content: .list($0)) }
            case .quote: return text().map { Node(range: $0, content: .text) }
            default:
                while at < end, !bytes[at].isBlank, !",]}\n\r".utf8.contains(bytes[at]) { at += 1 }
                return at > start ? Node(range: start..<at, content: .other) : nil
            }
        }

        private mutating func object(_ depth: Int) -> [Member]? {
            var members: [Member] = []
            at += 1
            while true {
                skip()
                if take(UInt8(ascii: "}")) { return members }
                if !members.isEmpty {
                    guard take(UInt8(ascii: ",")) else { return nil }
                    skip()
                }
                guard let key = text() else { return nil }
                skip()
                guard take(UInt8(ascii: ":")), let value = node(depth: depth + 1) else { return nil }
                members.append(
                    Member(key: bytes.text(key.lowerBound + 1..<key.upperBound - 1), range: key, value: value))
            }
        }

        private mutating func list(_ depth: Int) -> [Node]? {
            var nodes: [Node] = []
            at += 1
            while true {
                skip()
                if take(UInt8(ascii: "]")) { return nodes }
                if !nodes.isEmpty { guard take(UInt8(ascii: ",")) else { return nil } }
                guard let node = node(depth: depth + 1) else { return nil }
                nodes.append(node)
            }
        }

        private mutating func text() -> Range<Int>? {
            let start = at
            guard take(.quote) else { return nil }
            while at < end {
                if bytes[at] == .backslash {
                    at += 2
                } else if take(.quote) {
                    return start..<at
                } else {
                    at += 1
                }
            }
            return nil
        }

        private mutating func skip() {
            while at < end, bytes[at].isBlank || bytes[at] == .newline || bytes[at] == UInt8(ascii: "\r") { at += 1 }
        }

        private mutating func take(_ byte: UInt8) -> Bool {
            guard at < end, bytes[at] == byte else { return false }
            at += 1
            return true
        }
    }
}

extension JSONOutline.Node {
    func member(_ key: String) -> JSONOutline.Member? {
        guard case .object(let members) = content else { return nil }
        return members.first { $0.key.lowercased() == key.lowercased() }
    }
}
