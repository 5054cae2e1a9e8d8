internal import Core

/// What a shell would write into the file of a heredoc, as far as the script alone tells.
struct HeredocText {
    /// The content of files that the script has written before, by their paths.
    let files: [String: [UInt8]]

    /// Variables stay as they are written where they are part of a string, and are 0 elsewhere, so that JSON stays
    /// JSON.
    func filled(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var isInString = false
        var at = bytes.startIndex
        while at < bytes.endIndex {
            let byte = bytes[at]
            let next = at + 1 < bytes.endIndex ? bytes[at + 1] : 0
            if byte == .backslash, next == .newline {
                at += 2
            } else if byte == .backslash, next == .dollar || next == .backslash || next == UInt8(ascii: "`") {
                text.append(next)
                at += 2
                // `\\"` is a backslash of the document and then what it protects.
                if next == .backslash, isInString, at < bytes.endIndex, bytes[at] != .newline {
                    text.append(bytes[at])
                    at += 1
                }
            } else if byte == .backslash, at + 1 < bytes.endIndex {
                text += [byte, next]
                at += 2
            } else if byte == .dollar, next == UInt8(ascii: "(") {
                let close = Self.close(bytes, from: at + 2) ?? bytes.endIndex - 1
                text += content(String(decoding: bytes[at + 2..<max(at + 2, close)], as: UTF8.self), isInString)
                at = close + 1
            } else if byte == .dollar, next == UInt8(ascii: "{") || next.isNameLetter && !next.isDigit {
                let end = Self.variableEnd(bytes, at)
                text += isInString ? bytes[at..<end] : [UInt8(ascii: "0")]
                at = end
            } else {
                if byte == .quote { isInString.toggle() }
                text.append(byte)
                at += 1
            }
        }
        return text
    }

    /// What `$(command)` gives, if it is `base64 FILE` of a file that is known.
    private func content(_ command: String, _ isInString: Bool) -> [UInt8] {
        if let file = Self.encoded(command), let bytes = files[file] { return Array(Base64.text(bytes).utf8) }
        return isInString ? [] : [UInt8(ascii: "0")]
    }

    /// The file of `base64 -w 0 FILE`.
    static func encoded(_ command: String) -> String? {
        let words = command.split(whereSeparator: \.isWhitespace).map { $0.filter { $0 != "\"" && $0 != "'" } }
        guard words.first == "base64", words.count > 1, !words.contains("|") else { return nil }
        return words.last.flatMap { $0.hasPrefix("-") ? nil : $0.hasPrefix("./") ? String($0.dropFirst(2)) : $0 }
    }

    private static func close(_ bytes: ArraySlice<UInt8>, from start: Int) -> Int? {
        var depth = 1
        for at in start..<bytes.endIndex {
            if bytes[at] == UInt8(ascii: "(") { depth += 1 }
            if bytes[at] == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { return at }
        }
        return nil
    }

    private static func variableEnd(_ bytes: ArraySlice<UInt8>, _ sign: Int) -> Int {
        if bytes[sign + 1] == UInt8(ascii: "{") {
            return bytes[sign...].firstIndex(of: UInt8(ascii: "}")).map { $0 + 1 } ?? bytes.endIndex
        }
        return bytes[(sign + 1)...].firstIndex { !$0.isNameLetter } ?? bytes.endIndex
    }
}
