internal import AWSProtocol
internal import Core

/// What a list of secrets is narrowed to: attributes that begin with a value, or (`all`) words in any of them.
/// <https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html>
struct SecretFilter: Sendable {
    private enum Key: String, CaseIterable {
        case description, name, all
        case tagKey = "tag-key"
        case tagValue = "tag-value"
        case primaryRegion = "primary-region"
        case owningService = "owning-service"
    }

    static let member = Member(
        "Filters",
        .list(
            .structure([
                Member("Key", required: true, words: Key.allCases.map(\.rawValue)),
                Member("Values", .list(.text), required: true, 1...10),
            ])), 0...10)

    private let key: Key
    private let wanted: [Substring]
    /// What stood behind a `!`.
    private let unwanted: [Substring]
    private let region: String

    init(_ filter: Datum, region: String) {
        key = filter["Key"]?.text.flatMap(Key.init) ?? .all
        let values = (filter["Values"]?.list ?? []).compactMap { $0.text?[...] }
        wanted = values.filter { !$0.hasPrefix("!") }
        unwanted = values.filter { $0.hasPrefix("!") }.map { $0.dropFirst() }
        self.region = region
    }

    /// None of those behind a `!`, and any of the others, where there are others.
    func holds(_ secret: SecretRecord) -> Bool {
        let attributes = attributes(secret)
        return !unwanted.contains { matches($0, attributes) }
            && (wanted.isEmpty || wanted.contains { matches($0, attributes) })
    }

    private func attributes(_ secret: SecretRecord) -> [String] {
        let tags = secret.map["Tags"]?.list ?? []
        let (tagKeys, tagValues) = (tags.compactMap { $0["Key"]?.text }, tags.compactMap { $0["Value"]?.text })
        return switch key {
        case .name: [secret.name]
        case .description: [secret.description]
        case .tagKey: tagKeys
        case .tagValue: tagValues
        case .all: [secret.name, secret.description] + tagKeys + tagValues
        // Secrets are nobody else's, and from nowhere else.
        case .primaryRegion: [region]
        case .owningService: []
        }
    }

    private func matches(_ value: Substring, _ attributes: [String]) -> Bool {
        switch key {
        case .all:
            let words = Set(Self.words(in: value))
            return attributes.contains { Self.words(in: $0[...]).contains(where: words.contains) }
        case .description: return attributes.contains { $0.lowercased().hasPrefix(value.lowercased()) }
        default: return attributes.contains { $0.hasPrefix(value) }
        }
    }

    /// `credsDatabase#892` is creds, database and 892.
    private static func words(in text: Substring) -> [String] {
        var words: [String] = []
        var last: Character?
        for letter in text {
            defer { last = letter }
            guard letter.isLetter || letter.isNumber else { continue }
            if let last, last.isLetter || last.isNumber, !isBoundary(last, letter) {
                words[words.count - 1] += letter.lowercased()
            } else {
                words.append(letter.lowercased())
            }
        }
        return words
    }

    private static func isBoundary(_ left: Character, _ right: Character) -> Bool {
        left.isNumber != right.isNumber || left.isLowercase && right.isUppercase
    }
}
