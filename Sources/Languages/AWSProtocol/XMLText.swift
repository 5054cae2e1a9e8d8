internal import Core

/// XML in the making, as the query protocol has it: lists of `member`, maps of `entry`.
struct XMLText {
    private(set) var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"

    var bytes: [UInt8] { Array(text.utf8) }

    mutating func open(_ name: String, _ attributes: [(String, String)] = []) {
        text += "<\(name)"
        for (key, value) in attributes { text += " \(key)=\"\(Self.escaped(value))\"" }
        text += ">"
    }

    mutating func close(_ name: String) { text += "</\(name)>" }

    mutating func element(_ name: String, _ value: Datum) {
        if value.isNull { return }
        open(name)
        content(value)
        close(name)
    }

    private mutating func content(_ value: Datum) {
        switch value {
        case .null: break
        case .bool(let flag): text += flag ? "true" : "false"
        case .whole(let number): text += String(number)
        case .number(let number): text += "\(number)"
        case .text(let words): text += Self.escaped(words)
        case .list(let list): for entry in list { element("member", entry) }
        case .map(let map): for (key, value) in map.members { element(key, value) }
        }
    }

    /// What XML cannot hold at all goes; the rest is written so that it comes back as it was.
    static func escaped(_ words: String) -> String {
        var plain = ""
        for scalar in words.unicodeScalars {
            switch scalar {
            case "&": plain += "&amp;"
            case "<": plain += "&lt;"
            case ">": plain += "&gt;"
            case "\"": plain += "&quot;"
            case "\r": plain += "&#13;"
            case "\n", "\t": plain.unicodeScalars.append(scalar)
            case "\u{0}"..<" ", "\u{FFFE}", "\u{FFFF}": break
            default: plain.unicodeScalars.append(scalar)
            }
        }
        return plain
    }
}
