/// What an event is known by for ever: the same in every attempt to send it, so that whoever receives it twice can tell.
///
/// It stands in the event's detail, because that is what survives every bus, rule and target; the id that a bus gives an
/// event is another one at each attempt.
package enum EventID {
    package static let key = "lineside_event_id"

    /// A UUID of version 7: milliseconds since 1970, then chance.
    package static func make(wall: Int64) -> String {
        let chance = (UInt64.random(in: 0 ... .max), UInt64.random(in: 0 ... .max))
        let high = UInt64(bitPattern: wall) << 16 | 0x7000 | chance.0 & 0x0fff
        let low = 0x8000_0000_0000_0000 | chance.1 >> 2
        let digits = hex(high) + hex(low)
        var text = ""
        for (place, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(place) { text.append("-") }
            text.append(digit)
        }
        return text
    }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    /// The text of a JSON object with the id as its first member; the rest stays as it was written.
    static func marked(_ detail: String, _ id: String) -> String {
        guard let brace = detail.firstIndex(of: "{") else { return detail }
        let rest = detail[detail.index(after: brace)...].drop { $0.isWhitespace }
        return "{\"\(key)\":\"\(id)\"" + (rest.hasPrefix("}") ? "" : ",") + rest
    }
}
