internal import Core
internal import JSON

/// A word of a statement.
enum SQLToken: Hashable, Sendable {
    case name(String)
    case number(Datum)
    case text(String)
    case sign(String)
    case end

    /// As somebody is told what stands there.
    var shown: String {
        switch self {
        case .name(let word): word
        case .number(let number): String(decoding: number.json, as: UTF8.self)
        case .text(let text): "'\(text.prefix(40))'"
        case .sign(let sign): sign
        case .end: "the end"
        }
    }
}

/// Takes a statement apart, word by word.
struct SQLLexer {
    let bytes: [UInt8]
    /// The byte behind what has been read.
    private(set) var place: Int
    private static let signs =
        ["<>", "!=", "<=", ">=", "(", ")", "[", "]", "{", "}", ",", ".", ":"]
        + ["+", "-", "*", "/", "%", "=", "<", ">"]

    init(_ bytes: [UInt8], at place: Int = 0) {
        self.bytes = bytes
        self.place = place
    }

    /// As people count, from 1.
    func character(_ place: Int) -> Int { String(decoding: bytes[..<min(place, bytes.count)], as: UTF8.self).count + 1 }

    /// The next word, and where it begins.
    mutating func next() throws(SQLRefusal) -> (token: SQLToken, place: Int) {
        while place < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[place]) { place += 1 }
        let start = place
        guard start < bytes.count else { return (.end, start) }
        let byte = bytes[start]
        if Self.isDigit(byte) { return (try number(), start) }
        if Self.isNameLetter(byte) {
            while place < bytes.count, Self.isNameLetter(bytes[place]) || Self.isDigit(bytes[place]) { place += 1 }
            return (.name(String(decoding: bytes[start..<place], as: UTF8.self)), start)
        }
        if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") { return (try text(byte), start) }
        for sign in Self.signs where bytes[start...].starts(with: sign.utf8) {
            place += sign.utf8.count
            return (.sign(sign), start)
        }
        throw SQLRefusal("'\(Character(Unicode.Scalar(byte)))' is no part of a statement", at: character(start))
    }

    /// A quote within a text is written twice.
    private mutating func text(_ quote: UInt8) throws(SQLRefusal) -> SQLToken {
        let start = place
        var text: [UInt8] = []
        place += 1
        while place < bytes.count {
            if bytes[place] == quote {
                place += 1
                guard place < bytes.count, bytes[place] == quote else {
                    return .text(String(decoding: text, as: UTF8.self))
                }
            }
            text.append(bytes[place])
            place += 1
        }
        throw SQLRefusal("a text has no end", at: character(start))
    }

    private mutating func number() throws(SQLRefusal) -> SQLToken {
        let start = place
        skipDigits()
        if place + 1 < bytes.count, bytes[place] == UInt8(ascii: "."), Self.isDigit(bytes[place + 1]) {
            place += 1
            skipDigits()
        }
        if place < bytes.count, bytes[place] | 0x20 == UInt8(ascii: "e") {
            let mark = place
            place += 1
            if place < bytes.count, [UInt8(ascii: "-"), UInt8(ascii: "+")].contains(bytes[place]) { place += 1 }
            if place < bytes.count, Self.isDigit(bytes[place]) { skipDigits() } else { place = mark }
        }
        let letters = String(decoding: bytes[start..<place], as: UTF8.self)
        if place < bytes.count, Self.isNameLetter(bytes[place]) {
            throw SQLRefusal("a name does not begin with a digit", at: character(start))
        }
        if let whole = Int(letters) { return .number(.whole(whole)) }
        guard let number = Double(letters), number.isFinite else {
            throw SQLRefusal("\(letters.prefix(40)) is too great a number", at: character(start))
        }
        return .number(.number(number))
    }

    private mutating func skipDigits() { while place < bytes.count, Self.isDigit(bytes[place]) { place += 1 } }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    /// Letters of every language count.
    private static func isNameLetter(_ byte: UInt8) -> Bool {
        (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_") || byte >= 0x80
    }
}
