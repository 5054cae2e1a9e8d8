internal import Core

/// A flag as the help lists it. Without `value` it is a switch.
struct Flag: Sendable {
    let name: String
    var value: String?
    var repeats = false
    let help: String

    init(_ name: String, _ value: String, repeats: Bool = false, _ help: String) {
        self.name = name
        self.value = value
        self.repeats = repeats
        self.help = help
    }

    /// A switch.
    init(_ name: String, _ help: String) {
        self.name = name
        self.help = help
    }
}

/// A command line, taken apart. Every flag must be known; `--name=value` and `--name value` are one.
struct Options {
    private(set) var words: [String] = []
    private var values: [String: [String]] = [:]

    private static let long = ["-o": "--output", "-O": "--out"]

    static let output = Flag("output", "FORMAT", "table or json (-o for short)")

    init(_ arguments: [String], flags: [Flag]) throws(UsageFault) {
        var rest = arguments[...]
        while let word = rest.popFirst() {
            if word == "--" {
                words += rest
                return
            }
            guard word.hasPrefix("-"), word != "-" else {
                words.append(word)
                continue
            }
            let long = Self.long[word] ?? word
            let parts = long.split(separator: "=", maxSplits: 1).map(String.init)
            guard long.hasPrefix("--"), let flag = flags.first(where: { "--" + $0.name == parts[0] }) else {
                throw UsageFault(message: "no such option: \(word)")
            }
            let value: String
            if flag.value == nil {
                guard parts.count == 1 else { throw UsageFault(message: "--\(flag.name) takes no value") }
                value = "yes"
            } else if parts.count == 2 {
                value = parts[1]
            } else {
                guard let next = rest.popFirst() else {
                    throw UsageFault(message: "--\(flag.name) needs a value: \(flag.value ?? "")")
                }
                value = next
            }
            guard flag.repeats || values[flag.name] == nil else {
                throw UsageFault(message: "--\(flag.name) is given twice")
            }
            values[flag.name, default: []].append(value)
        }
    }

    func has(_ name: String) -> Bool { values[name] != nil }
    func text(_ name: String) -> String? { values[name]?.last }
    func texts(_ name: String) -> [String] { values[name] ?? [] }

    func int(_ name: String, in range: ClosedRange<Int>) throws(UsageFault) -> Int? {
        guard let text = text(name) else { return nil }
        guard let value = Int(text), range.contains(value) else {
            throw UsageFault(
                message: "--\(name) \(text) is not a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }

    func seconds(_ name: String) throws(UsageFault) -> Double? {
        guard let text = text(name) else { return nil }
        guard let value = Double(text), value > 0, value <= 86_400 else {
            throw UsageFault(message: "--\(name) \(text) is not a number of seconds above 0")
        }
        return value
    }

    func bytes(_ name: String) throws(UsageFault) -> ByteSize? {
        guard let text = text(name) else { return nil }
        do throws(Fault) { return try ByteSize(parsing: text) } catch {
            throw UsageFault(message: "--\(name): \(error)")
        }
    }

    var wantsJSON: Bool {
        get throws(UsageFault) {
            switch text("output") ?? "table" {
            case "json": return true
            case "table", "text": return false
            default: throw UsageFault(message: "--output \(text("output") ?? "") is neither table nor json")
            }
        }
    }

    /// Exactly one word, or what it should have been.
    func onlyWord(_ meaning: String) throws(UsageFault) -> String {
        guard words.count == 1 else {
            throw UsageFault(message: words.isEmpty ? "\(meaning) is missing" : "too many words: \(words[1])")
        }
        return words[0]
    }
}
