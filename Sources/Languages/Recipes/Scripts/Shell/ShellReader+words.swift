/// Words: what is between blanks, with quotes, variables and `$(...)` in it.
extension ShellReader {
    mutating func word(to end: Int, depth: Int) -> ShellWord {
        let start = at
        var text: [UInt8] = []
        var isQuoted = false
        var braces = 0
        reading: while at < end {
            switch bytes[at] {
            case .newline: break reading
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: ";"), UInt8(ascii: "&"), UInt8(ascii: "|"),
                UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: "<"), UInt8(ascii: ">"):
                if braces == 0 { break reading }
                keep(&text)
            case .backslash: escaped(&text, to: end, from: start)
            case .apostrophe:
                if let close = quotes.single(from: at + 1, to: end) {
                    text += bytes[(at + 1)..<close]
                    at = close + 1
                    isQuoted = true
                } else {
                    keep(&text)
                }
            case .quote:
                if let close = quotes.closing(.double, from: at + 1, to: end) {
                    doubleQuoted(&text, to: close, depth: depth)
                    isQuoted = true
                } else {
                    keep(&text)
                }
            case .dollar: braces += dollar(&text, to: end, depth: depth) ? 1 : 0
            case UInt8(ascii: "`"): backticks(&text, to: end, depth: depth)
            case UInt8(ascii: "}"):
                braces = max(0, braces - 1)
                keep(&text)
            default: keep(&text)
            }
        }
        // Something must be taken, or the reader would stay where it is.
        if at == start { keep(&text) }
        return ShellWord(text: String(decoding: text, as: UTF8.self), range: start..<at, isQuoted: isQuoted)
    }

    private mutating func keep(_ text: inout [UInt8]) {
        text.append(bytes[at])
        at += 1
    }

    private mutating func escaped(_ text: inout [UInt8], to end: Int, from start: Int) {
        guard at + 1 < end else { return keep(&text) }
        if bytes[at + 1] == .newline {
            tear(at: at, to: end, from: start)
        } else {
            text.append(bytes[at + 1])
        }
        at += 2
    }

    /// Remembers a backslash behind which a word may go on.
    mutating func tear(at backslash: Int, to end: Int, from start: Int) {
        guard backslash > start, !bytes[backslash - 1].isBlank, bytes[backslash - 1] != .newline,
            bytes[backslash - 1] != .backslash
        else { return }
        let rest = backslash + 2
        let blank = bytes[min(rest, end)..<end].prefix { $0.isBlank }.count
        guard rest + blank < end, bytes[rest + blank] != .newline else { return }
        script.tears.append(
            Tear(range: backslash..<(rest + blank), isIndented: blank > 0, last: bytes[backslash - 1]))
    }

    private mutating func doubleQuoted(_ text: inout [UInt8], to close: Int, depth: Int) {
        let start = at
        at += 1
        while at < close {
            switch bytes[at] {
            case .backslash where at + 1 < close:
                let next = bytes[at + 1]
                if next == .newline {
                    tear(at: at, to: close, from: start)
                } else {
                    let isSpecial = next == .quote || next == .dollar || next == .backslash || next == UInt8(ascii: "`")
                    if !isSpecial { text.append(.backslash) }
                    text.append(next)
                }
                at += 2
            case .dollar: _ = dollar(&text, to: close, depth: depth)
            case UInt8(ascii: "`"): backticks(&text, to: close, depth: depth)
            default: keep(&text)
            }
        }
        at = close + 1
    }

    /// A variable, or commands in a command. True when a brace was opened.
    private mutating func dollar(_ text: inout [UInt8], to end: Int, depth: Int) -> Bool {
        use(at: at, to: end)
        guard at + 1 < end else {
            keep(&text)
            return false
        }
        switch bytes[at + 1] {
        case UInt8(ascii: "("):
            guard let close = quotes.closing(.bracket, from: at + 2, to: end) else { break }
            let assignee = depth < Self.depthMax ? Self.assignee(text) : nil
            text += bytes[at...close]
            let isArithmetic = at + 2 < end && bytes[at + 2] == UInt8(ascii: "(")
            if depth < Self.depthMax, !isArithmetic {
                at += 2
                list(to: close, depth: depth + 1, assignee: assignee)
            }
            at = close + 1
            return false
        case UInt8(ascii: "{"):
            keep(&text)
            keep(&text)
            return true
        default: break
        }
        keep(&text)
        return false
    }

    /// X, when the word so far is `X=`.
    private static func assignee(_ text: [UInt8]) -> String? {
        guard text.last == UInt8(ascii: "="), text.count > 1, text.dropLast().allSatisfy(\.isNameLetter) else {
            return nil
        }
        return String(decoding: text.dropLast(), as: UTF8.self)
    }

    private mutating func backticks(_ text: inout [UInt8], to end: Int, depth: Int) {
        let tick = UInt8(ascii: "`")
        // On the same line: Markdown has single ones too.
        let limit = min(end, at + ShellQuotes.reachBytesMax)
        guard depth < Self.depthMax, at + 1 < limit,
            let close = bytes[(at + 1)..<limit].firstIndex(where: { $0 == tick || $0 == .newline }),
            bytes[close] == tick
        else { return keep(&text) }
        let assignee = Self.assignee(text)
        text += bytes[at...close]
        at += 1
        list(to: close, depth: depth + 1, assignee: assignee)
        at = close + 1
    }

    /// Notes which variable stands behind a `$`.
    mutating func use(at sign: Int, to end: Int) {
        guard sign + 1 < end else { return }
        let hasBrace = bytes[sign + 1] == UInt8(ascii: "{")
        let start = sign + (hasBrace ? 2 : 1)
        guard start < end, bytes[start].isNameLetter, !bytes[start].isDigit else { return }
        let name = bytes[start..<min(end, start + 256)].prefix(while: \.isNameLetter)
        let next = name.endIndex < end ? bytes[name.endIndex] : 0
        let hasDefault = hasBrace && next != UInt8(ascii: "}")
        script.uses.append(
            VariableUse(name: String(decoding: name, as: UTF8.self), offset: sign, hasDefault: hasDefault))
    }
}
