package import Core

extension JSONWriter {
    package mutating func datum(_ value: Datum) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .whole(let value): int(value)
        case .number(let value): double(value)
        case .text(let value): string(value)
        case .list(let list):
            beginArray()
            for element in list { datum(element) }
            endArray()
        case .map(let map):
            beginObject()
            for (name, value) in map.members {
                key(name)
                datum(value)
            }
            endObject()
        }
    }
}

extension Datum {
    /// The value as one line of JSON, its members in their order.
    package var json: [UInt8] {
        let buffer = ByteBuffer()
        var writer = JSONWriter(buffer)
        writer.datum(self)
        return unsafe Array(buffer.bytes)
    }
}
