extension CivilTime {
    /// Since 1970, from `2030-01-31T12:00:00Z`, with a fraction of a second or without; nil for anything else.
    package init?(iso text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z"),
            Self.marks.allSatisfy({ bytes[$0.place] == $0.mark }),
            let fraction = Self.fraction(bytes[19..<(bytes.count - 1)])
        else { return nil }
        let fields = [(0, 4), (5, 7), (8, 10), (11, 13), (14, 16), (17, 19)].map { Self.number(bytes[$0.0..<$0.1]) }
        guard let year = fields[0], let month = fields[1], let day = fields[2], let hour = fields[3],
            let minute = fields[4], let second = fields[5], (1...12).contains(month),
            (1...Self.days(in: month, of: year)).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        let seconds = ((Self.day(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
        self.init(milliseconds: seconds * 1_000 + fraction)
    }

    private static let marks: [(place: Int, mark: UInt8)] = [
        (4, UInt8(ascii: "-")), (7, UInt8(ascii: "-")), (10, UInt8(ascii: "T")), (13, UInt8(ascii: ":")),
        (16, UInt8(ascii: ":")),
    ]

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        guard digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
    }

    /// Milliseconds, of nothing or of `.5`.
    private static func fraction(_ text: ArraySlice<UInt8>) -> Int64? {
        guard text.first == UInt8(ascii: ".") else { return text.isEmpty ? 0 : nil }
        let digits = text.dropFirst()
        guard !digits.isEmpty, digits.count <= 9, number(digits) != nil else { return nil }
        return number((Array(digits) + [UInt8(ascii: "0"), UInt8(ascii: "0")])[..<3])
    }

    /// How many a month has.
    package static func days(in month: Int64, of year: Int64) -> Int64 {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        return month == 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].contains(month) ? 30 : 31
    }

    /// Days since 1970, counted in eras of 400 years that begin with a March.
    package static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    /// Without the fraction: `2030-01-31T12:00:00Z`.
    package var isoSeconds: String { String(iso.dropLast(5)) + "Z" }
}
