internal import Core

/// Builds a value out of events. What a text may become is bounded: aliases of aliases are how a small text grows to gigabytes.
struct YAMLComposer {
    private enum Limit {
        static let depthMax = 100
        static let valuesMax = 200_000
    }

    private struct Anchored {
        let value: Datum
        let count: Int
    }

    private let events: YAMLEvents
    private var anchors: [String: Anchored] = [:]
    private var count = 0

    init(_ text: [UInt8]) { events = YAMLEvents(text) }

    /// The one document of the text; null when there is none.
    mutating func document() throws(YAMLRefusal) -> Datum {
        _ = try events.next()
        let start = try events.next()
        guard case .documentStart = start.kind else { return .null }
        let value = try value(try events.next(), depth: 0)
        _ = try events.next()
        let end = try events.next()
        guard case .streamEnd = end.kind else {
            throw YAMLRefusal("a second document begins; one is read", at: end.mark)
        }
        return value
    }

    private mutating func value(_ event: YAMLEvent, depth: Int) throws(YAMLRefusal) -> Datum {
        guard depth < Limit.depthMax else {
            throw YAMLRefusal("nested more than \(Limit.depthMax) deep", at: event.mark)
        }
        if case .alias(let name) = event.kind { return try alias(name, event.mark) }
        let before = count
        try take(1, event.mark)
        let value = try plainValue(event, depth)
        if let anchor = event.anchor { anchors[anchor] = Anchored(value: value, count: count - before) }
        return value
    }

    private mutating func take(_ more: Int, _ mark: YAMLEvent.Mark) throws(YAMLRefusal) {
        count += more
        guard count <= Limit.valuesMax else {
            throw YAMLRefusal("more than \(Limit.valuesMax) values, counting what aliases repeat", at: mark)
        }
    }

    /// An anchor is known from the end of its value on, so that no value can hold itself.
    private mutating func alias(_ name: String, _ mark: YAMLEvent.Mark) throws(YAMLRefusal) -> Datum {
        guard let anchored = anchors[name] else {
            throw YAMLRefusal("there is no anchor &\(name) before *\(name)", at: mark)
        }
        try take(anchored.count, mark)
        return anchored.value
    }

    private mutating func plainValue(_ event: YAMLEvent, _ depth: Int) throws(YAMLRefusal) -> Datum {
        switch event.kind {
        case .scalar(let scalar):
            do throws(YAMLScalar.Doubt) {
                return try YAMLScalar.value(scalar.text, isPlain: scalar.isPlain, tag: event.tag)
            } catch { throw YAMLRefusal(error.reason, at: event.mark) }
        case .listStart:
            try check(event, tags: [YAMLScalar.tagPrefix + "seq", "!"])
            return .list(try list(depth))
        default:
            try check(event, tags: [YAMLScalar.tagPrefix + "map", "!"])
            return .map(try map(depth))
        }
    }

    private func check(_ event: YAMLEvent, tags: [String]) throws(YAMLRefusal) {
        guard let tag = event.tag, !tags.contains(tag) else { return }
        throw YAMLRefusal("the tag \(YAMLScalar.shown(tag)) says nothing here", at: event.mark)
    }

    private mutating func list(_ depth: Int) throws(YAMLRefusal) -> [Datum] {
        var list: [Datum] = []
        while true {
            let event = try events.next()
            if case .listEnd = event.kind { return list }
            list.append(try value(event, depth: depth + 1))
        }
    }

    private mutating func map(_ depth: Int) throws(YAMLRefusal) -> DatumMap {
        var map = DatumMap()
        var merged: [DatumMap] = []
        while true {
            let event = try events.next()
            if case .mapEnd = event.kind { break }
            guard case .scalar(let key) = event.kind else {
                throw YAMLRefusal("a key must be a word, not a list, a map or an alias", at: event.mark)
            }
            try take(1, event.mark)
            let value = try value(try events.next(), depth: depth + 1)
            if key.isPlain && key.text == "<<" {
                merged += try sources(value, event.mark)
                continue
            }
            guard map[key.text] == nil else { throw YAMLRefusal("the key '\(key.text)' is repeated", at: event.mark) }
            map[key.text] = value
        }
        // What stands in the map itself wins, then the source named first.
        for source in merged {
            for (key, value) in source.members where map[key] == nil { map[key] = value }
        }
        return map
    }

    private func sources(_ value: Datum, _ mark: YAMLEvent.Mark) throws(YAMLRefusal) -> [DatumMap] {
        let maps = (value.list ?? [value]).map(\.map)
        guard maps.allSatisfy({ $0 != nil }) else {
            throw YAMLRefusal("<< merges a map or a list of maps, not \(value.kindName)", at: mark)
        }
        return maps.compactMap(\.self)
    }
}
