internal import Core

/// How a time is to be written, in the letters of Joda-Time: `yyyy-MM-dd'T'HH:mm:ss.SSSZ`.
/// <https://www.joda.org/joda-time/apidocs/org/joda/time/format/DateTimeFormat.html>
struct TimePattern: Hashable, Sendable {
    private static let bytesMax = 256
    private static let lettersMax = 12
    static let fields = "GyYMdDEHhKkmsSaZz"
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]
    private static let days = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"]
    /// Beyond it there are no years of four digits.
    private static let range = Int64(-62_135_596_800_000)...253_402_300_799_999

    private enum Piece: Hashable, Sendable {
        case text(String)
        case field(Character, Int)
    }

    private let pieces: [Piece]

    init(parsing text: String) throws(SQLRefusal) {
        guard text.utf8.count <= Self.bytesMax else { throw SQLRefusal("a time's pattern is too long") }
        var pieces: [Piece] = []
        var rest = text[...]
        while let letter = rest.first {
            if letter == "'" {
                pieces.append(.text(try Self.quoted(&rest)))
                continue
            }
            let run = rest.prefix { $0 == letter }
            rest = rest.dropFirst(run.count)
            if letter.isASCII, letter.isLetter {
                guard Self.fields.contains(letter), run.count <= Self.lettersMax else {
                    throw SQLRefusal("\(run.prefix(20)) is not offered in a time's pattern: \(Self.fields) are")
                }
                pieces.append(.field(letter, run.count))
            } else {
                pieces.append(.text(String(run)))
            }
        }
        self.pieces = pieces
    }

    /// Between quotes nothing has a meaning; two of them are one.
    private static func quoted(_ rest: inout Substring) throws(SQLRefusal) -> String {
        rest.removeFirst()
        if rest.first == "'" {
            rest.removeFirst()
            return "'"
        }
        var text = ""
        while let letter = rest.popFirst() {
            guard letter == "'" else {
                text.append(letter)
                continue
            }
            guard rest.first == "'" else { return text }
            text.append(rest.removeFirst())
        }
        throw SQLRefusal("a text in a time's pattern has no end")
    }

    /// Nil for a time that cannot be written.
    func text(_ milliseconds: Int64, _ zone: TimeZoneOffset) -> String? {
        guard Self.range.contains(milliseconds) else { return nil }
        let moment = Moment(milliseconds + Int64(zone.minutes) * 60_000)
        return pieces.map { piece in
            switch piece {
            case .text(let text): text
            case .field(let letter, let count): Self.written(letter, count, moment, zone)
            }
        }.joined()
    }

    /// A time of day and a date, where somebody is.
    private struct Moment {
        let (year, month, day): (Int64, Int64, Int64)
        let days: Int64
        let rest: Int64

        init(_ milliseconds: Int64) {
            rest = (milliseconds % 86_400_000 + 86_400_000) % 86_400_000
            days = (milliseconds - rest) / 86_400_000
            (year, month, day) = CivilTime.date(days)
        }

        var hour: Int64 { rest / 3_600_000 }
        var weekday: Int { Int((days % 7 + 7) % 7) }
        var dayOfYear: Int64 { days - CivilTime.day(year, 1, 1) + 1 }
    }

    private static func written(_ letter: Character, _ count: Int, _ at: Moment, _ zone: TimeZoneOffset) -> String {
        switch letter {
        case "G": "AD"
        case "y", "Y": count == 2 ? digits(at.year % 100, 2) : digits(at.year, count)
        case "M":
            count > 2
                ? count == 3 ? String(months[Int(at.month - 1)].prefix(3)) : months[Int(at.month - 1)]
                : digits(at.month, count)
        case "d": digits(at.day, count)
        case "D": digits(at.dayOfYear, count)
        case "E": count > 3 ? days[at.weekday] : String(days[at.weekday].prefix(3))
        case "H": digits(at.hour, count)
        case "k": digits(at.hour == 0 ? 24 : at.hour, count)
        case "K": digits(at.hour % 12, count)
        case "h": digits(at.hour % 12 == 0 ? 12 : at.hour % 12, count)
        case "m": digits(at.rest / 60_000 % 60, count)
        case "s": digits(at.rest / 1_000 % 60, count)
        case "S": fraction(at.rest % 1_000, count)
        case "a": at.hour < 12 ? "AM" : "PM"
        case "z": zone.name
        default: zone.digits(hasColon: count > 1)
        }
    }

    private static func digits(_ value: Int64, _ count: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, count - digits.count)) + digits
    }

    private static func fraction(_ milliseconds: Int64, _ count: Int) -> String {
        let digits = digits(milliseconds, 3) + String(repeating: "0", count: max(0, count - 3))
        return String(digits.prefix(count))
    }
}

/// How far a place's clocks are from UTC.
struct TimeZoneOffset: Hashable, Sendable {
    let minutes: Int
    private static let minutesMax = 18 * 60

    /// `UTC`, `GMT`, `Z`, and offsets such as `+02:00`, `+0200` and `UTC+2`. Names of places are not known: their
    /// clocks follow laws, which change.
    init?(parsing text: String) {
        var rest = text[...]
        for name in ["Etc/UTC", "Etc/GMT", "UTC", "GMT", "Z"] where rest.hasPrefix(name) {
            rest = rest.dropFirst(name.count)
            if !rest.isEmpty, name.hasPrefix("Etc") || name == "Z" { return nil }
            break
        }
        if rest.isEmpty, !text.isEmpty {
            minutes = 0
            return
        }
        guard let sign = rest.popFirst(), sign == "+" || sign == "-" else { return nil }
        let parts = rest.split(separator: ":", omittingEmptySubsequences: false)
        let isRun = parts.count == 1 && rest.count == 4
        let (hours, more) =
            isRun ? (rest.prefix(2), rest.suffix(2)) : (parts.first ?? "", parts.count > 1 ? parts[1] : "0")
        guard parts.count <= 2, let hours = Self.number(hours), let more = Self.number(more), more < 60,
            hours * 60 + more <= Self.minutesMax
        else { return nil }
        minutes = (sign == "-" ? -1 : 1) * (hours * 60 + more)
    }

    private static func number(_ digits: Substring) -> Int? {
        (1...2).contains(digits.utf8.count) && digits.utf8.allSatisfy { (48...57).contains($0) } ? Int(digits) : nil
    }

    var name: String { minutes == 0 ? "UTC" : digits(hasColon: true) }

    func digits(hasColon: Bool) -> String {
        let (hours, more) = abs(minutes).quotientAndRemainder(dividingBy: 60)
        let two = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
        return (minutes < 0 ? "-" : "+") + two(hours) + (hasColon ? ":" : "") + two(more)
    }
}
