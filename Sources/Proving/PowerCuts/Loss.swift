/// What a power cut takes of what was not flushed.
package enum Loss: Hashable, Sendable {
    /// Whatever was seen is there: a killed process, not a power cut.
    case nothing
    case everything
    /// Names stand for files whose bytes never came.
    case bytes
    /// Bytes came, under names that never did.
    case names
    /// Names are lost from some moment on, as an ordered journal loses them, and bytes by blocks.
    case tail(UInt64)
    /// Anything, in any order, by this seed.
    case some(UInt64)

    /// `random` seeds of each of the last two, and one of every other.
    package static func all(random: Int, seed: UInt64) -> [Loss] {
        [.nothing, .everything, .bytes, .names]
            + (0..<random).flatMap { [.tail(seed &+ UInt64($0)), .some(seed &+ UInt64($0))] }
    }
}

extension Loss: CustomStringConvertible {
    package var description: String {
        switch self {
        case .nothing: "nothing"
        case .everything: "everything"
        case .bytes: "bytes"
        case .names: "names"
        case .tail(let seed): "tail\(seed)"
        case .some(let seed): "some\(seed)"
        }
    }

    package init?(parsing text: String) {
        switch text {
        case "nothing": self = .nothing
        case "everything": self = .everything
        case "bytes": self = .bytes
        case "names": self = .names
        default:
            guard let seed = UInt64(text.dropFirst(4)), text.hasPrefix("tail") || text.hasPrefix("some") else {
                return nil
            }
            self = text.hasPrefix("tail") ? .tail(seed) : .some(seed)
        }
    }
}

/// Chance that comes back the same (SplitMix64, Steele, Lea and Flood 2014).
struct Chance: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func isHeads() -> Bool { next() & 1 == 0 }
}
