internal import Core

/// When a rule fires by itself: `rate(5 minutes)` or `cron(0 10 ? * MON-FRI *)`, in UTC.
package struct Schedule: Hashable, Sendable {
    private enum Kind: Hashable {
        case rate(milliseconds: Int64)
        case cron(CronTime)
    }

    private static let minute: Int64 = 60_000
    private static let units: [(one: String, many: String, milliseconds: Int64)] = [
        ("minute", "minutes", minute), ("hour", "hours", 60 * minute), ("day", "days", 1440 * minute),
    ]
    /// A century.
    private static let longest = 36_525 * 1440 * minute
    private let kind: Kind

    package init(parsing text: String) throws(PatternRefusal) {
        if let inner = Self.inside("rate", of: text), let pause = Self.pause(inner) {
            kind = .rate(milliseconds: pause)
        } else if let inner = Self.inside("cron", of: text), let cron = CronTime(parsing: inner) {
            kind = .cron(cron)
        } else {
            throw PatternRefusal(reason: "Parameter ScheduleExpression is not valid.")
        }
    }

    /// The next moment, in milliseconds since 1970; nil when there is none.
    package func next(after now: Int64) -> Int64? {
        switch kind {
        case .rate(let pause): now + pause
        case .cron(let cron): cron.next(after: now)
        }
    }

    private static func inside(_ word: String, of text: String) -> String? {
        guard text.hasPrefix("\(word)("), text.hasSuffix(")") else { return nil }
        return String(text.dropFirst(word.count + 1).dropLast())
    }

    /// `1 minute`, `2 minutes`: the word agrees with the number, as EventBridge wants it.
    private static func pause(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 2, let number = Int64(words[0]), (1...999_999).contains(number) else { return nil }
        let unit = units.first { words[1] == (number == 1 ? $0.one : $0.many) }
        return unit.map { number * $0.milliseconds }.flatMap { $0 <= longest ? $0 : nil }
    }
}
