/// Reads JSON strictly: one value, no comments, no repeated member, no more nesting than a report has.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0

    /// The value that `text` is.
    static func parse(_ text: String) throws(BenchError) -> JSONText {
        var parser = JSONParser(bytes: Array(text.utf8))
        guard parser.bytes.count <= BenchLimit.savedReportBytesMax else {
            throw parser.fault("more than \(BenchLimit.savedReportBytesMax) bytes")
        }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == parser.bytes.count else { throw parser.fault("something after the end") }
        return value
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func value(depth: Int) throws(BenchError) -> JSONText {
        guard depth <= BenchLimit.savedReportDepthMax else { throw fault("too much nesting") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return .number(try number())
        }
    }

    private mutating func object(depth: Int) throws(BenchError) -> JSONText {
        var members: [String: JSONText] = [:]
        try expect("{")
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            let name = try string()
            try expect(":")
            guard members.updateValue(try value(depth: depth + 1), forKey: name) == nil else {
                throw fault("the member \"\(name)\" twice")
            }
        } while take(",")
        try expect("}")
        return .object(members)
    }

    private mutating func array(depth: Int) throws(BenchError) -> JSONText {
        var values: [JSONText] = []
        try expect("[")
        if take("]") { return .array(values) }
        repeat { values.append(try value(depth: depth + 1)) } while take(",")
        try expect("]")
        return .array(values)
    }

    private mutating func string() throws(BenchError) -> String {
        guard next == UInt8(ascii: "\"") else { throw fault("no string where one belongs") }
        position += 1
        var result: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: result, as: UTF8.self) else { throw fault("broken UTF-8") }
                return text
            case UInt8(ascii: "\\"): result += Array(try escape().utf8)
            case ..<0x20: throw fault("a control character in a string")
            default: result.append(byte)
            }
        }
        throw fault("a string without an end")
    }

    private mutating func escape() throws(BenchError) -> String {
        guard let letter = next else { throw fault("a string without an end") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let digits = String(decoding: bytes[position..<min(position + 4, bytes.count)], as: UTF8.self)
            // What we save escapes control characters only, so a lone half of a pair is nothing we wrote.
            guard digits.utf8.count == 4, let code = UInt16(digits, radix: 16), let scalar = Unicode.Scalar(code)
            else { throw fault("a broken \\u escape") }
            position += 4
            return String(Character(scalar))
        default: throw fault("an unknown escape")
        }
    }

    private mutating func number() throws(BenchError) -> String {
        let start = position
        while let byte = next, "+-.0123456789eE".utf8.contains(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let first = text.utf8.first, first != UInt8(ascii: "+"), let value = Double(text), value.isFinite else {
            position = start
            throw fault("no value where one belongs")
        }
        return text
    }

    private mutating func word(_ word: String, _ value: JSONText) throws(BenchError) -> JSONText {
        guard bytes[position...].starts(with: word.utf8) else { throw fault("an unknown word") }
        position += word.utf8.count
        return value
    }

    private mutating func expect(_ mark: Unicode.Scalar) throws(BenchError) {
        guard take(mark) else { throw fault("no \(mark) where one belongs") }
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func fault(_ what: String) -> BenchError {
        BenchError(.unreadable, "not a saved report: \(what), at byte \(position)")
    }
}
