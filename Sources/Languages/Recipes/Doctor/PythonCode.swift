/// A Python text without its comments, and with nothing but quotes in its strings: what is left is code. Places are
/// the text's own.
struct PythonCode {
    let code: [UInt8]

    init(_ text: String) { self.init(Array(text.utf8)) }

    init(_ text: [UInt8]) {
        var code = text
        var at = 0
        while at < text.count {
            let end: Int
            switch text[at] {
            case UInt8(ascii: "#"): end = text[at...].firstIndex(of: .newline) ?? text.count
            case .quote, .apostrophe: end = Self.stringEnd(text, at)
            default:
                at += 1
                continue
            }
            let filling = text[at] == UInt8(ascii: "#") ? UInt8(ascii: " ") : text[at]
            for place in at..<end where code[place] != .newline { code[place] = filling }
            at = end
        }
        self.code = code
    }

    private static func stringEnd(_ text: [UInt8], _ start: Int) -> Int {
        let mark = text[start]
        let isLong = text[start...].starts(with: [mark, mark, mark])
        var at = start + (isLong ? 3 : 1)
        while at < text.count {
            if text[at] == .backslash {
                at += 2
            } else if isLong, text[at] == mark, text[at...].starts(with: [mark, mark, mark]) {
                return at + 3
            } else if !isLong, text[at] == mark || text[at] == .newline {
                return at + (text[at] == mark ? 1 : 0)
            } else {
                at += 1
            }
        }
        return text.count
    }

    /// A call without providers: the bracket that ends it, and what has to be written in front of that.
    struct BareSession: Hashable {
        let call: Int
        let end: Int
        let addition: String
    }

    private static let session = "InferenceSession("
    private static let providers = "providers=[\"CPUExecutionProvider\"]"

    var bareSessions: [BareSession] {
        code.ranges(of: Self.session, in: 0..<code.count).compactMap { name in
            guard !isPartOrDefinition(name.lowerBound), let call = arguments(from: name.upperBound), call.count > 0,
                call.count < 3,
                !call.names.contains("providers"), !call.hasStar
            else { return nil }
            // Behind the last letter of the last argument.
            let last = code[name.upperBound..<call.end].lastIndex { !$0.isBlank && $0 != .newline } ?? name.upperBound
            let isClosed = code[last] == UInt8(ascii: ",")
            return BareSession(
                call: name.lowerBound, end: last + 1, addition: isClosed ? " \(Self.providers)" : ", \(Self.providers)")
        }
    }

    /// Of a longer name, or of a class that is made here.
    private func isPartOrDefinition(_ start: Int) -> Bool {
        guard start > 0 else { return false }
        return code[start - 1].isNameLetter || code.has("class ", at: start - 6)
    }

    private struct Arguments {
        var count = 0
        var names: [String] = []
        var hasStar = false
        var end = 0
    }

    /// What stands between the brackets of a call; nil when they do not close.
    private func arguments(from start: Int) -> Arguments? {
        var found = Arguments()
        var depth = 0
        var from = start
        for at in start..<min(code.count, start + Self.callBytesMax) {
            switch code[at] {
            case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: ")") where depth == 0:
                note(from..<at, &found)
                found.end = at
                return found
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                note(from..<at, &found)
                from = at + 1
            default: break
            }
        }
        return nil
    }

    /// No call of a session is longer.
    private static let callBytesMax = 4096

    private func note(_ range: Range<Int>, _ found: inout Arguments) {
        let words = code.text(range).split(whereSeparator: \.isWhitespace).joined()
        guard !words.isEmpty else { return }
        found.count += 1
        if words.hasPrefix("*") { found.hasStar = true }
        if let sign = words.firstIndex(of: "=") { found.names.append(String(words[..<sign])) }
    }
}
