internal import Glibc

/// How the intended starts of requests are spread over time.
package enum ArrivalPattern: Hashable, Sendable {
    /// Evenly: the camera takes a picture every so many milliseconds.
    case constant
    /// At random with the same average, as from many callers who do not know of each other. Equal seeds, equal times.
    case poisson(seed: UInt64)
}

/// The intended start times of an open loop, without end. They depend on nothing that the server does, which is what
/// makes the measured latencies honest: a server that stalls cannot make the requests wait for it unseen.
package struct ArrivalSchedule: Sequence, IteratorProtocol, Sendable {
    private let interval: Double
    private let isRandom: Bool
    private var generator: SplitMix64
    private var arrivals = 0
    private var elapsed = 0.0

    /// `rate` is in requests a second, and above zero.
    package init(rate: Double, pattern: ArrivalPattern = .constant) {
        precondition(rate > 0, "a schedule needs a rate above zero")
        interval = 1e9 / rate
        switch pattern {
        case .constant:
            isRandom = false
            generator = SplitMix64(seed: 0)
        case .poisson(let seed):
            isRandom = true
            generator = SplitMix64(seed: seed)
        }
    }

    /// The next intended start, counted from the start of the run.
    package mutating func next() -> Nanoseconds? {
        if isRandom {
            // Times between independent arrivals are exponentially distributed.
            elapsed -= log(generator.nextFraction()) * interval
        } else {
            // From the count, not from a sum: a day of arrivals must not drift.
            elapsed = Double(arrivals) * interval
        }
        arrivals += 1
        return Nanoseconds(elapsed)
    }
}

/// Sebastiano Vigna's SplitMix64: small, and the same numbers everywhere for the same seed.
/// <https://prng.di.unimi.it/splitmix64.c>
struct SplitMix64: Sendable {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    /// A number above 0 and up to 1, of 53 random bits.
    mutating func nextFraction() -> Double {
        Double((next() >> 11) + 1) * 0x1p-53
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
