/// A number as C's "%f" prints it: exact, with six decimals, and without an exponent however large it is.
struct SixDecimals: CustomStringConvertible {
    private let value: Double

    init(_ value: Double) { self.value = value }

    /// From here on a double has no fraction to speak of: it is a whole number of this many bits.
    private static let wholeFrom = 9_007_199_254_740_992.0

    var description: String {
        if value.isNaN { return value.sign == .minus ? "-nan" : "nan" }
        let sign = value.sign == .minus ? "-" : ""
        let size = value.magnitude
        guard size.isFinite else { return sign + "inf" }
        return sign + (size < Self.wholeFrom ? Self.split(size) : Self.digits(ofWhole: size) + ".000000")
    }

    private static func split(_ size: Double) -> String {
        let whole = size.rounded(.down)
        let (millionths, carry) = Self.millionths(of: size - whole)
        let digits = "\(millionths)"
        return "\(UInt64(whole) + carry)." + String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }

    /// Rounded to nearest, and to even where the fraction lies exactly between; the product's own rounding must not
    /// decide it.
    private static func millionths(of fraction: Double) -> (UInt64, carry: UInt64) {
        let product = fraction * 1e6
        let lost = (-product).addingProduct(fraction, 1e6)
        var near = product.rounded(.down)
        let rest = (product - near) + lost
        let isOdd = near.truncatingRemainder(dividingBy: 2) != 0
        if rest > 0.5 || rest == 0.5 && isOdd { near += 1 }
        if rest < 0 { near -= 1 }
        return near == 1e6 ? (0, 1) : (UInt64(near), 0)
    }

    /// The decimal digits of mantissa times a power of two, by doubling nine digits at a time.
    private static func digits(ofWhole size: Double) -> String {
        let shift = Int(size.exponent) - Double.significandBitCount
        var limbs = [UInt64(size.significandBitPattern | 1 << UInt64(Double.significandBitCount))]
        while let top = limbs.last, top >= limb {
            limbs[limbs.count - 1] = top % limb
            limbs.append(top / limb)
        }
        for _ in 0..<shift {
            var carry: UInt64 = 0
            for place in limbs.indices {
                let doubled = limbs[place] * 2 + carry
                limbs[place] = doubled % limb
                carry = doubled / limb
            }
            if carry > 0 { limbs.append(carry) }
        }
        return limbs.reversed().enumerated().reduce(into: "") { text, part in
            let digits = "\(part.element)"
            text += (part.offset == 0 ? "" : String(repeating: "0", count: 9 - digits.utf8.count)) + digits
        }
    }

    private static let limb: UInt64 = 1_000_000_000
}
