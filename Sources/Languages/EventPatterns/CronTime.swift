internal import Core

/// The six fields of EventBridge's cron: minutes, hours, day of month, month, day of week, year.
struct CronTime: Hashable {
    private static let months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    private static let years = 1970...2199
    private static let day: Int64 = 86_400_000
    /// A 29th of February that has to be a Monday comes again within so many days.
    private static let daysMax: Int64 = 41 * 366

    private let minutes: Set<Int>
    private let hours: Set<Int>
    private let monthsOfYear: Set<Int>
    private let years: Set<Int>
    private let days: CronDays

    init?(parsing text: String) {
        let fields = text.split(separator: " ").map(String.init)
        guard fields.count == 6,
            let minutes = CronField.numbers(fields[0], 0...59), let hours = CronField.numbers(fields[1], 0...23),
            let monthsOfYear = CronField.numbers(fields[3], 1...12, names: Self.months),
            let years = CronField.numbers(fields[5], Self.years),
            let days = CronDays(ofMonth: fields[2], ofWeek: fields[4])
        else { return nil }
        self.minutes = minutes
        self.hours = hours
        self.monthsOfYear = monthsOfYear
        self.years = years
        self.days = days
    }

    func next(after now: Int64) -> Int64? {
        let first = (now / 60_000 + 1) * 60_000
        let today = first / Self.day
        for day in today...(today + Self.daysMax) where isFor(day) {
            for hour in hours.sorted() {
                for minute in minutes.sorted() {
                    let moment = day * Self.day + Int64(hour * 60 + minute) * 60_000
                    if moment >= first { return moment }
                }
            }
        }
        return nil
    }

    private func isFor(_ day: Int64) -> Bool {
        let date = CivilTime.date(day)
        return years.contains(Int(date.year)) && monthsOfYear.contains(Int(date.month)) && days.contain(day)
    }
}
