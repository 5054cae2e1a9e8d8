/// Random numbers that depend on nothing but what they are for: a seed, a part and a topic. Two processes that ask the
/// same question get the same answer, in any order, without having drawn the numbers before.
///
/// The generator is Sebastiano Vigna's SplitMix64. <https://prng.di.unimi.it/splitmix64.c>
struct Chance: Sendable {
    /// What the numbers are for; topics of one part know nothing of each other.
    enum Topic: Hashable, Sendable {
        case verdict
        case defect(Int)
        case surface
        case light
        case noise
        case texture(Int)

        fileprivate var number: UInt64 {
            switch self {
            case .verdict: 1
            case .surface: 2
            case .light: 3
            case .noise: 4
            case .defect(let index): 0x100 + UInt64(index)
            case .texture(let layer): 0x1_0000 + UInt64(layer)
            }
        }
    }

    private static let step: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var state: UInt64

    init(seed: UInt64, part: UInt32 = 0, _ topic: Topic) {
        let source = Self.mixed(seed &+ Self.step)
        state = Self.mixed(source ^ ((UInt64(part) << 32) | topic.number))
    }

    static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func next() -> UInt64 {
        state &+= Self.step
        return Self.mixed(state)
    }

    /// A whole number of the range, all equally likely (to within the range's size over 2^32).
    mutating func number(_ range: ClosedRange<Int>) -> Int {
        let size = UInt64(range.upperBound - range.lowerBound + 1)
        return range.lowerBound + Int(((next() >> 32) &* size) >> 32)
    }

    /// True with the given probability.
    mutating func happens(_ probability: Double) -> Bool { Double(next() >> 11) * 0x1p-53 < probability }

    mutating func sign() -> Int { next() >> 63 == 0 ? 1 : -1 }

    /// A vector of the given length in a random direction, all directions equally likely.
    mutating func vector(length: Int) -> (x: Int, y: Int) {
        while true {
            let x = number(-1_000...1_000)
            let y = number(-1_000...1_000)
            let square = x * x + y * y
            // A point of the disc, and not so near its centre that the direction becomes coarse.
            guard square <= 1_000_000, square >= 10_000 else { continue }
            let size = wholeRoot(square)
            return (x * length / size, y * length / size)
        }
    }
}

/// The square root, rounded down. IEEE 754 rounds square roots correctly, so every machine gives the same one.
func wholeRoot(_ square: Int) -> Int { Int(Double(square).squareRoot()) }
