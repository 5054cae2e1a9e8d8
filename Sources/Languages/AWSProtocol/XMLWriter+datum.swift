internal import Core
internal import XML

/// XML as the query protocol has it: lists of `member`, maps by their keys; what is null is left out.
extension XMLWriter {
    mutating func element(_ name: String, _ value: Datum) {
        if value.isNull { return }
        open(name)
        content(value)
        close(name)
    }

    private mutating func content(_ value: Datum) {
        switch value {
        case .null: break
        case .bool(let flag): raw(flag ? "true" : "false")
        case .whole(let number): buffer.append(decimal: number)
        case .number(let number): raw("\(number)")
        case .text(let words): text(words)
        case .list(let list): for entry in list { element("member", entry) }
        case .map(let map): for (key, value) in map.members { member(key, value) }
        }
    }
    /// Maps are lists of `entry`, each an element of its own.
    private mutating func member(_ name: String, _ value: Datum) {
        guard name == "entry", let entries = value.list else { return element(name, value) }
        for entry in entries { element(name, entry) }
    }
}
