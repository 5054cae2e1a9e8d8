internal import Core
internal import Crypto

/// What a target is called, and the digest by which hashed roles share targets out.
package struct TargetPath: Hashable, Sendable {
    package let text: String
    /// In hexadecimal digits.
    package let digest: String

    package init(_ text: String) {
        self.text = text
        digest = SHA256.digest(of: Array(text.utf8)).description
    }
}

/// A shell's pattern: `*` and `?` stay within one folder, `[a-z]` and `[!a-z]` are sets.
package struct PathPattern: Hashable, Sendable {
    package let text: String
    private let parts: [[Character]]

    package init(_ text: String) {
        self.text = text
        parts = Self.parts(text)
    }

    private static func parts(_ text: String) -> [[Character]] {
        text.split(separator: "/", omittingEmptySubsequences: false).map(Array.init)
    }

    package func matches(_ path: String) -> Bool {
        let folders = Self.parts(path)
        guard folders.count == parts.count else { return false }
        return zip(parts, folders).allSatisfy { Self.matches($0[...], $1[...]) }
    }

    private static func matches(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        var pattern = pattern
        var text = text
        // Where to go on when a star must take one character more.
        var star: (pattern: ArraySlice<Character>, text: ArraySlice<Character>)?
        while let character = text.first {
            if pattern.first == "*" {
                pattern = pattern.dropFirst()
                star = (pattern, text)
            } else if let rest = step(pattern, character) {
                pattern = rest
                text = text.dropFirst()
            } else if let last = star {
                star = (last.pattern, last.text.dropFirst())
                pattern = last.pattern
                text = last.text.dropFirst()
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == "*" }
    }

    /// What is left of the pattern after one character, or nil when it does not fit.
    private static func step(_ pattern: ArraySlice<Character>, _ character: Character) -> ArraySlice<Character>? {
        guard let first = pattern.first else { return nil }
        if first == "?" { return pattern.dropFirst() }
        if first == "[", let (isIn, rest) = set(pattern, character) { return isIn ? rest : nil }
        return first == character ? pattern.dropFirst() : nil
    }

    /// Nil for a bracket that is never closed, which stands for itself.
    private static func set(
        _ pattern: ArraySlice<Character>, _ character: Character
    ) -> (Bool, ArraySlice<Character>)? {
        var rest = pattern.dropFirst()
        let isNegated = rest.first == "!"
        if isNegated { rest = rest.dropFirst() }
        guard let end = rest.dropFirst().firstIndex(of: "]") else { return nil }
        var members = rest[..<end]
        var isIn = false
        while let low = members.popFirst() {
            if members.first == "-", members.count > 1 {
                members = members.dropFirst()
                guard let high = members.popFirst() else { break }
                isIn = isIn || (low...max(low, high)).contains(character)
            } else {
                isIn = isIn || low == character
            }
        }
        return (isIn != isNegated, rest[rest.index(after: end)...])
    }
}

/// Roles by the first bits of a target's digest: `bin-00` to `bin-ff` for eight of them.
package struct HashBins: Hashable, Sendable {
    package static let bitsMax = 32
    package let bits: Int
    package let namePrefix: String

    init(_ reader: MetadataReader) throws(Fault) {
        bits = try reader.member("bit_length").whole(from: 1)
        namePrefix = try reader.member("name_prefix").text()
        guard bits <= Self.bitsMax else {
            throw Fault(.malformed, "\(reader.path).bit_length is above \(Self.bitsMax)")
        }
    }

    func role(for target: TargetPath) -> String {
        let head = UInt64(target.digest.prefix(8), radix: 16) ?? 0
        return name(head >> UInt64(32 - bits))
    }

    /// Nobody lists more bins than this by name; a search never needs to.
    private static let listedBitsMax = 14

    var roleNames: [String] { bits > Self.listedBitsMax ? [] : (0..<(UInt64(1) << UInt64(bits))).map(name) }

    private func name(_ bin: UInt64) -> String {
        let number = String(bin, radix: 16)
        let width = String((UInt64(1) << UInt64(bits)) - 1, radix: 16).count
        return "\(namePrefix)-" + String(repeating: "0", count: width - number.count) + number
    }
}
