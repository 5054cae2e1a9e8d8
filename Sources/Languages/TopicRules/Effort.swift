internal import Core

/// What a statement may cost one message: queries within queries could go on for hours otherwise.
struct Effort {
    private var left = 1_000_000
    /// Of a text or a document that is made.
    static let weightMax = 4 << 20
    private static let bytesOfStep = 64

    mutating func spend(_ steps: Int = 1) throws(RuleFailure) {
        left -= steps
        guard left >= 0 else { throw RuleFailure("the statement takes too long for this message") }
    }

    mutating func spend(bytes: Int) throws(RuleFailure) {
        guard bytes <= Self.weightMax else {
            throw RuleFailure("the statement makes more than \(ByteSize(Self.weightMax)) of this message")
        }
        try spend(1 + bytes / Self.bytesOfStep)
    }
}

extension Datum {
    /// About how many bytes it is when it is written; what is beyond `limit` is not looked at.
    func weight(upTo limit: Int) -> Int {
        switch self {
        case .null, .bool: return 4
        case .whole, .number: return 8
        case .text(let text): return text.utf8.count + 2
        case .list(let list):
            var weight = 2
            for element in list {
                weight += element.weight(upTo: limit - weight) + 1
                if weight > limit { break }
            }
            return weight
        case .map(let map):
            var weight = 2
            for (name, value) in map.members {
                weight += name.utf8.count + value.weight(upTo: limit - weight) + 4
                if weight > limit { break }
            }
            return weight
        }
    }
}
