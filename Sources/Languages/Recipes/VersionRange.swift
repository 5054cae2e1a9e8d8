/// A part of a requirement between two bars, taken apart into bounds.
struct VersionRange {
    typealias Bound = VersionRequirement.Bound

    private(set) var bounds: [Bound] = []

    init?(_ text: Substring) {
        let words = text.split { $0 == " " || $0 == "\t" }
        if let dash = words.firstIndex(of: "-") {
            guard words.count == 3, dash == 1, let low = Partial(words[0]), let high = Partial(words[2]) else {
                return nil
            }
            bounds = low.from + high.upTo
            return
        }
        for word in Self.joined(words) {
            guard let bounds = Self.bounds(of: word) else { return nil }
            self.bounds += bounds
        }
    }

    /// `>= 1.0.0` as one word.
    private static func joined(_ words: [Substring]) -> [Substring] {
        var joined: [Substring] = []
        var mark: Substring = ""
        for word in words {
            if mark.isEmpty && word.allSatisfy({ "<>=^~".contains($0) }) {
                mark = word
            } else {
                joined.append(mark + word)
                mark = ""
            }
        }
        return mark.isEmpty ? joined : joined + [mark]
    }

    private static func bounds(of word: Substring) -> [Bound]? {
        let mark = word.prefix { "<>=^~".contains($0) }
        guard let version = Partial(word[mark.endIndex...]) else { return nil }
        return switch mark {
        case "", "=": version.same
        case ">=": version.from
        case ">": version.above
        case "<=": version.upTo
        case "<": version.below
        case "^": version.from + version.caret
        case "~", "~>": version.from + version.tilde
        default: nil
        }
    }
}

/// A version whose numbers may be missing or wild: `1`, `1.2`, `1.x`, `*`.
private struct Partial {
    typealias Bound = VersionRequirement.Bound

    private let numbers: [Int]
    private let preRelease: [String]

    init?(_ text: Substring) {
        let text = text.first == "v" ? text.dropFirst() : text
        if let whole = ComponentVersion.read(text) {
            numbers = [whole.major, whole.minor, whole.patch]
            preRelease = whole.preRelease
            return
        }
        preRelease = []
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(words.count) else { return nil }
        var numbers: [Int] = []
        var isWild = false
        for word in words {
            if ["x", "X", "*"].contains(word) {
                isWild = true
            } else {
                guard !isWild, let number = ComponentVersion.number(word) else { return nil }
                numbers.append(number)
            }
        }
        self.numbers = numbers
    }

    private var isWhole: Bool { numbers.count == 3 }

    /// Missing numbers are 0.
    private var lowest: ComponentVersion {
        let filled = numbers + [0, 0, 0]
        return ComponentVersion(filled[0], filled[1], filled[2], preRelease: preRelease)
    }

    /// The version after every one that begins with the first `count` numbers; before its pre-releases.
    private func after(_ count: Int) -> ComponentVersion {
        var next = (Array(numbers.prefix(count)) + [0, 0, 0]).prefix(3).map(\.self)
        next[count - 1] += 1
        return ComponentVersion(next[0], next[1], next[2], preRelease: ["0"])
    }

    /// No version lies before it.
    private static let nothing = [Bound(relation: .below, version: ComponentVersion(0, 0, 0, preRelease: ["0"]))]

    private func below(_ version: ComponentVersion) -> [Bound] {
        [Bound(relation: .below, version: version)]
    }

    var from: [Bound] {
        numbers.isEmpty ? [] : [Bound(relation: .from, version: lowest)]
    }

    var same: [Bound] {
        if isWhole { return [Bound(relation: .exactly, version: lowest)] }
        return numbers.isEmpty ? [] : from + below(after(numbers.count))
    }

    var above: [Bound] {
        if isWhole { return [Bound(relation: .above, version: lowest)] }
        if numbers.isEmpty { return Self.nothing }
        let next = after(numbers.count)
        return [
            Bound(relation: .from, version: ComponentVersion(next.major, next.minor, next.patch))
        ]
    }

    var upTo: [Bound] {
        if isWhole { return [Bound(relation: .upTo, version: lowest)] }
        return numbers.isEmpty ? [] : below(after(numbers.count))
    }

    var below: [Bound] {
        if isWhole { return below(lowest) }
        if numbers.isEmpty { return Self.nothing }
        let least = lowest
        return below(ComponentVersion(least.major, least.minor, least.patch, preRelease: ["0"]))
    }

    /// Up to the next change of the first number that is not 0.
    var caret: [Bound] {
        if numbers.isEmpty { return [] }
        let leading = numbers.firstIndex { $0 != 0 } ?? numbers.count - 1
        return below(after(leading + 1))
    }

    /// Up to the next minor version.
    var tilde: [Bound] { numbers.isEmpty ? [] : below(after(min(2, numbers.count))) }
}
