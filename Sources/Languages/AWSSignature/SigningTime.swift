internal import Core

/// A moment as signatures write it: `20261120T071401Z`.
package struct SigningTime: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    /// Since 1970.
    package let seconds: Int64

    package init(seconds: Int64) {
        self.seconds = seconds
        let iso = CivilTime(milliseconds: seconds * 1000).iso
        description = iso.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
    }

    package init(milliseconds: Int64) {
        self.init(seconds: milliseconds / 1000 - (milliseconds % 1000 < 0 ? 1 : 0))
    }

    /// Nil for anything that is not written exactly so.
    package init?(parsing text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[4..<6]),
            let day = Self.number(bytes[6..<8]), let hour = Self.number(bytes[9..<11]),
            let minute = Self.number(bytes[11..<13]), let second = Self.number(bytes[13..<15])
        else { return nil }
        let time = SigningTime(
            seconds: CivilTime.day(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second)
        // A thirtieth of February comes out as another day.
        guard time.description == text else { return nil }
        self = time
    }

    /// `20261120`.
    package var day: String { String(description.prefix(8)) }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard digit >= 48, digit <= 57 else { return nil }
            value = value * 10 + Int64(digit - 48)
        }
        return value
    }
}
