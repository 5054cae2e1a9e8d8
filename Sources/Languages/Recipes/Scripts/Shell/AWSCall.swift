/// A command of the AWS CLI, taken apart.
struct AWSCall: Sendable {
    struct Option: Sendable {
        let name: ShellWord
        /// Without its dashes.
        let key: String
        var values: [ShellWord]
    }

    let service: ShellWord
    let operation: ShellWord
    private(set) var options: [Option] = []
    /// What belongs to no option.
    private(set) var arguments: [ShellWord] = []

    /// Options of every command, which take one word or none.
    private static let single: Set<String> = [
        "region", "profile", "output", "query", "endpoint-url", "color", "ca-bundle", "cli-read-timeout",
        "cli-connect-timeout",
        "cli-binary-format", "cli-input-json", "cli-input-yaml",
    ]
    private static let switches: Set<String> = [
        "debug", "no-verify-ssl", "no-paginate", "no-sign-request", "no-cli-pager", "recursive", "quiet", "dryrun",
        "force",
        "only-show-errors", "no-progress", "follow", "delete", "exact-timestamps", "size-only",
    ]

    init?(_ command: ShellCommand) {
        guard command.program == "aws" else { return nil }
        var names: [ShellWord] = []
        var rest = command.words.dropFirst()
        while let word = rest.popFirst() {
            guard word.text.hasPrefix("--"), word.text.count > 2 else {
                if names.count < 2 { names.append(word) } else { arguments.append(word) }
                continue
            }
            var option = Self.option(word)
            let limit = Self.limit(option.key, isHighLevel: names.count < 2 || names[0].text == "s3")
            while option.values.count < limit, let next = rest.first, !next.text.hasPrefix("--") {
                option.values.append(next)
                rest = rest.dropFirst()
            }
            options.append(option)
        }
        guard names.count == 2 else { return nil }
        service = names[0]
        operation = names[1]
    }

    private static func option(_ word: ShellWord) -> Option {
        let parts = word.text.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let values = parts.count == 2 ? [ShellWord(text: String(parts[1]), range: word.range)] : []
        return Option(name: word, key: String(parts[0]), values: values)
    }

    /// How many words an option takes at most: structures and lists take all that follow.
    private static func limit(_ key: String, isHighLevel: Bool) -> Int {
        switches.contains(key) || key.hasPrefix("no-") ? 0 : single.contains(key) || isHighLevel ? 1 : .max
    }

    func `is`(_ service: String, _ operations: String...) -> Bool {
        self.service.text == service && operations.contains(operation.text)
    }

    func option(_ key: String) -> Option? { options.first { $0.key == key } }
    func value(_ key: String) -> ShellWord? { option(key)?.values.first }

    /// The word at the end that an operation with a body writes it to.
    var outputFile: ShellWord? {
        arguments.last ?? options.last.flatMap { $0.values.count > 1 ? $0.values.last : nil }
    }

    var name: String { "aws \(service.text) \(operation.text)" }
}
