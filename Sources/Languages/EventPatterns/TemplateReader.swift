/// Takes a template apart at its placeholders, and knows which of them stand in JSON strings.
struct TemplateReader {
    private let bytes: [UInt8]
    private let paths: [String: InputPath]
    /// White space between the values of one JSON text says nothing.
    private let dropsSpaces: Bool
    private var isInString = false
    private var pieces: [TemplatePiece] = []
    private var text: [UInt8] = []

    init(_ bytes: [UInt8], paths: [String: InputPath], dropsSpaces: Bool) {
        self.bytes = bytes
        self.paths = paths
        self.dropsSpaces = dropsSpaces
    }

    mutating func read() throws(PatternRefusal) -> [TemplatePiece] {
        var place = 0
        while place < bytes.count {
            if let name = name(at: place) {
                flush()
                pieces.append(.value(try source(name), isInString: isInString))
                place += name.utf8.count + 2
            } else {
                place += take(at: place)
            }
        }
        flush()
        return pieces
    }

    private mutating func flush() {
        if !text.isEmpty { pieces.append(.text(text)) }
        text = []
    }

    /// Takes a letter, with the one that it escapes, and says how many they are.
    private mutating func take(at place: Int) -> Int {
        let byte = bytes[place]
        if isInString && byte == UInt8(ascii: "\\") && place + 1 < bytes.count {
            text += bytes[place...place + 1]
            return 2
        }
        if byte == UInt8(ascii: "\"") { isInString.toggle() }
        if isInString || !dropsSpaces || !Self.isSpace(byte) { text.append(byte) }
        return 1
    }

    /// The name between `<` and `>`; anything else between them is text.
    private func name(at place: Int) -> String? {
        guard bytes[place] == UInt8(ascii: "<") else { return nil }
        let name = bytes[(place + 1)...].prefix { Self.isNameLetter($0) || $0 == UInt8(ascii: ".") }
        guard !name.isEmpty, name.endIndex < bytes.count, bytes[name.endIndex] == UInt8(ascii: ">") else { return nil }
        return String(decoding: name, as: UTF8.self)
    }

    private func source(_ name: String) throws(PatternRefusal) -> TemplatePiece.Source {
        if let path = paths[name] { return .path(path) }
        if let variable = ReservedVariable(rawValue: name) { return .reserved(variable) }
        throw PatternRefusal(reason: "InputTemplate contains invalid placeholder \(name).")
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    /// A letter of a variable's name.
    static func isNameLetter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }
}
