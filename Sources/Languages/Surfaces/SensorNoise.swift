/// A stock of a sensor's noise in sixteenths of a grey level. Every row of every frame starts at another place of it.
struct SensorNoise: Sendable {
    static let places = 1 << 16
    /// As many values again follow the last place as one piece of a row may need.
    let values: [Int16]

    init(seed: UInt64, deviation: Double) {
        // Four bytes added are close to a bell curve; their standard deviation is 147.8.
        let scale = Int(deviation * 16 * 65_536 / 147.8)
        var chance = Chance(seed: seed, .noise)
        var values: [Int16] = []
        values.reserveCapacity(Self.places + TextureTile.width)
        while values.count < Self.places {
            let bits = chance.next()
            values.append(Self.value(bits & 0xFFFF_FFFF, scale))
            values.append(Self.value(bits >> 32, scale))
        }
        values += values[..<TextureTile.width]
        self.values = values
    }

    private static func value(_ bits: UInt64, _ scale: Int) -> Int16 {
        let sum = (bits & 255) + ((bits >> 8) & 255) + ((bits >> 16) & 255) + (bits >> 24)
        return Int16(clamping: ((Int(sum) - 510) * scale) >> 16)
    }
}
