internal import Core
internal import XML

/// XML as the query protocol has it: lists of `member`, maps by their keys; what is null is left out. `flat`: the
/// members that have nothing around their entries.
extension XMLWriter {
    mutating func element(_ name: String, _ value: Datum, _ flat: [String: FlatName] = [:]) {
        if value.isNull { return }
        open(name)
        content(value, flat)
        close(name)
    }

    private mutating func content(_ value: Datum, _ flat: [String: FlatName]) {
        switch value {
        case .null: break
        case .bool(let flag): raw(flag ? "true" : "false")
        case .whole(let number): buffer.append(decimal: number)
        case .number(let number): raw("\(number)")
        case .text(let words): text(words)
        case .list(let list): for entry in list { element("member", entry, flat) }
        case .map(let map): for (key, value) in map.members { member(key, value, flat) }
        }
    }

    /// Maps are lists of `entry`, each an element of its own.
    private mutating func member(_ name: String, _ value: Datum, _ flat: [String: FlatName]) {
        if let place = flat[name] { return entries(of: value, place, flat) }
        guard name == "entry", let entries = value.list else { return element(name, value, flat) }
        for entry in entries { element(name, entry, flat) }
    }

    private mutating func entries(of value: Datum, _ place: FlatName, _ flat: [String: FlatName]) {
        switch value {
        case .list(let list): for entry in list { element(place.name, entry, flat) }
        case .map(let map):
            for (key, value) in map.members {
                open(place.name)
                element(place.key, .text(key))
                element(place.value, value, flat)
                close(place.name)
            }
        default: element(place.name, value, flat)
        }
    }
}
