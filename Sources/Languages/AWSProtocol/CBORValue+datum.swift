internal import CBOR
internal import Core

extension CBORValue {
    /// An answer's value without members that are null. `shapes`: the members that are times or blobs, or lists of
    /// such.
    init(_ datum: Datum, _ shapes: [String: Shape], as shape: Shape? = nil) {
        switch (datum, shape) {
        case (.whole(let seconds), .time): self = .time(Double(seconds))
        case (.number(let seconds), .time): self = .time(seconds)
        case (.text(let text), .blob): self = .bytes(Base64.bytes(text) ?? [])
        case (.null, _): self = .null
        case (.bool(let flag), _): self = .bool(flag)
        case (.whole(let whole), _): self = .whole(whole)
        case (.number(let number), _): self = .number(number)
        case (.text(let text), _): self = .text(text)
        case (.list(let list), _): self = .list(list.map { CBORValue($0, shapes, as: shape) })
        case (.map(let map), _):
            self = .map(
                map.members.filter { !$0.value.isNull }.map { key, value in
                    Member(key, CBORValue(value, shapes, as: shapes[key]))
                })
        }
    }
}
