internal import Core

/// Builds a value out of items. What bytes may become is bounded: one that says nothing but "a list" is a value too.
struct CBORComposer {
    private enum Limit {
        /// Larger ones are no requests.
        static let bytesMax = 8 << 20
        static let depthMax = 64
        /// Everything that is read counts: values, keys, and the pieces of texts.
        static let itemsMax = 1_000_000
    }

    private static let timeTag = 1
    private let items: CBORItems
    private var count = 0

    init(_ bytes: [UInt8]) throws(CBORRefusal) {
        guard bytes.count <= Limit.bytesMax else {
            throw CBORRefusal("larger than \(ByteSize(Limit.bytesMax))", at: 0)
        }
        items = CBORItems(bytes)
    }

    mutating func document() throws(CBORRefusal) -> CBORValue {
        let value = try value(try next(), depth: 0)
        guard items.rest == 0 else {
            _ = try items.advance()
            throw items.refusal("a second value begins; one is read")
        }
        return value
    }

    private mutating func next() throws(CBORRefusal) -> CBORItem {
        let item = try items.advance()
        count += 1
        guard count <= Limit.itemsMax else { throw items.refusal("more than \(Limit.itemsMax) values and keys") }
        return item
    }

    private mutating func value(_ item: CBORItem, depth: Int) throws(CBORRefusal) -> CBORValue {
        switch item {
        case .null: return .null
        case .bool(let flag): return .bool(flag)
        case .number(let number): return .number(number)
        case .whole(let whole): return Int(exactly: whole).map(CBORValue.whole) ?? .number(Double(whole))
        case .negative(let less):
            return Int(exactly: less).map { .whole(-1 - $0) } ?? .number(-1 - Double(less))
        case .bytes(let bytes): return .bytes(bytes)
        case .bytesStart: return .bytes(try bytes())
        case .text, .textStart: return .text(try text(item))
        case .tag(let tag): return .time(try time(tag))
        case .list(let count): return .list(try list(count, depth))
        case .map(let count): return .map(try map(count, depth))
        case .end: throw items.refusal("an end where a value has to be")
        }
    }

    // MARK: texts, bytes and times

    private mutating func bytes() throws(CBORRefusal) -> [UInt8] {
        var whole: [UInt8] = []
        while true {
            switch try next() {
            case .bytes(let piece): whole += piece
            case .end: return whole
            default: throw items.refusal("a piece of bytes must be bytes of a known length")
            }
        }
    }

    private mutating func text(_ item: CBORItem) throws(CBORRefusal) -> String {
        if case .text(let text) = item { return try valid(text) }
        var whole = ""
        while true {
            switch try next() {
            case .text(let piece): whole += try valid(piece)
            case .end: return whole
            default: throw items.refusal("a piece of a text must be a text of a known length")
            }
        }
    }

    private func valid(_ text: String?) throws(CBORRefusal) -> String {
        guard let text else { throw items.refusal("a text is not UTF-8") }
        return text
    }

    private mutating func time(_ tag: UInt64) throws(CBORRefusal) -> Double {
        guard tag == Self.timeTag else { throw items.refusal("the tag \(tag) says nothing here") }
        switch try next() {
        case .whole(let seconds): return Double(seconds)
        case .negative(let less): return -1 - Double(less)
        case .number(let seconds): return seconds
        default: throw items.refusal("a time must be a number of seconds")
        }
    }

    // MARK: lists and maps

    private mutating func list(_ said: Int?, _ depth: Int) throws(CBORRefusal) -> [CBORValue] {
        try enter(said, depth, bytesOfEach: 1)
        var list: [CBORValue] = []
        while said != list.count {
            let item = try next()
            if said == nil, case .end = item { break }
            list.append(try value(item, depth: depth + 1))
        }
        return list
    }

    private mutating func map(_ said: Int?, _ depth: Int) throws(CBORRefusal) -> [CBORValue.Member] {
        try enter(said, depth, bytesOfEach: 2)
        var map: [CBORValue.Member] = []
        var keys: Set<String> = []
        while said != map.count {
            let item = try next()
            if said == nil, case .end = item { break }
            let key = try key(item)
            guard keys.insert(key).inserted else { throw items.refusal("the key '\(key.prefix(80))' is repeated") }
            map.append(CBORValue.Member(key, try value(try next(), depth: depth + 1)))
        }
        return map
    }

    private mutating func key(_ item: CBORItem) throws(CBORRefusal) -> String {
        switch item {
        case .text, .textStart: return try text(item)
        default: throw items.refusal("a key must be a text")
        }
    }

    /// Who says that a million follow has not sent them yet: nothing is set aside for them.
    private func enter(_ said: Int?, _ depth: Int, bytesOfEach: Int) throws(CBORRefusal) {
        guard depth < Limit.depthMax else { throw items.refusal("nested more than \(Limit.depthMax) deep") }
        guard let said else { return }
        guard (0...items.rest / bytesOfEach).contains(said) else {
            throw items.refusal("more values are said to follow than there are bytes")
        }
    }
}
