internal import Core

/// Which days a cron expression is for: by their number in the month or by the week; one of the two is `?`.
struct CronDays: Hashable {
    private enum Kind: Hashable {
        case any
        case ofMonth(Set<Int>)
        /// `L`
        case lastOfMonth
        /// `15W`: the working day nearest to it, within the month.
        case nearestWorkday(Int)
        /// 1 is Sunday.
        case ofWeek(Set<Int>)
        /// `6L`: the last Friday.
        case lastOfWeek(Int)
        /// `6#3`: the third Friday.
        case numbered(Int, Int)
    }

    private static let names = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]
    private let kind: Kind

    init?(ofMonth: String, ofWeek: String) {
        let kind: Kind?
        switch (ofMonth, ofWeek) {
        case ("?", "?"): kind = nil
        case (let text, "?"): kind = Self.month(text)
        case ("?", let text): kind = Self.week(text)
        // What crontabs write: EventBridge wants the question mark.
        default: kind = nil
        }
        guard let kind else { return nil }
        self.kind = kind
    }

    private static func month(_ text: String) -> Kind? {
        if text == "*" { return .any }
        if text == "L" { return .lastOfMonth }
        if text.hasSuffix("W") { return CronField.number(String(text.dropLast()), 1...31, []).map(Kind.nearestWorkday) }
        return CronField.numbers(text, 1...31).map(Kind.ofMonth)
    }

    private static func week(_ text: String) -> Kind? {
        if text == "*" { return .any }
        if text == "L" { return .ofWeek([7]) }
        if text.hasSuffix("L") { return CronField.number(String(text.dropLast()), 1...7, names).map(Kind.lastOfWeek) }
        let halves = text.split(separator: "#", omittingEmptySubsequences: false).map(String.init)
        if halves.count == 2 {
            guard let day = CronField.number(halves[0], 1...7, names), let which = Int(halves[1]),
                (1...5).contains(which)
            else { return nil }
            return .numbered(day, which)
        }
        return CronField.numbers(text, 1...7, names: names).map(Kind.ofWeek)
    }

    /// `day`: since 1970.
    func contain(_ day: Int64) -> Bool {
        let date = CivilTime.date(day)
        let number = Int(date.day)
        let length = Int(CivilTime.days(in: date.month, of: date.year))
        switch kind {
        case .any: return true
        case .ofMonth(let numbers): return numbers.contains(number)
        case .lastOfMonth: return number == length
        case .nearestWorkday(let wanted): return number == Self.workday(near: wanted, length, first: day - date.day + 1)
        case .ofWeek(let days): return days.contains(Self.weekday(day))
        case .lastOfWeek(let wanted): return Self.weekday(day) == wanted && number > length - 7
        case .numbered(let wanted, let which): return Self.weekday(day) == wanted && (number - 1) / 7 + 1 == which
        }
    }

    /// 1970 began on a Thursday.
    private static func weekday(_ day: Int64) -> Int { Int(((day + 4) % 7 + 7) % 7) + 1 }

    /// A Saturday gives way to the day before, a Sunday to the next; neither leaves its month.
    private static func workday(near wanted: Int, _ length: Int, first: Int64) -> Int? {
        guard wanted <= length else { return nil }
        switch weekday(first + Int64(wanted) - 1) {
        case 7: return wanted == 1 ? 3 : wanted - 1
        case 1: return wanted == length ? wanted - 2 : wanted + 1
        default: return wanted
        }
    }
}
