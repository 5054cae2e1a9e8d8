/// A JSON value, just enough of one to save a report and read it back. Numbers keep their text, so none is rounded.
enum JSONText: Hashable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONText])
    case object([String: JSONText])

    /// The value as JSON, members sorted by name, so that equal values give equal bytes.
    var text: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let text): text
        case .string(let text): Self.quoted(text)
        case .array(let values): "[\(values.map(\.text).joined(separator: ","))]"
        case .object(let members): "{\(Self.text(members))}"
        }
    }

    private static func text(_ members: [String: JSONText]) -> String {
        let sorted = members.sorted { $0.key < $1.key }
        return sorted.map { "\(quoted($0.key)):\($0.value.text)" }.joined(separator: ",")
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case ..<"\u{20}": result += "\\u00" + hexadecimal(UInt8(truncatingIfNeeded: scalar.value))
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.utf8.count < 2 ? "0\(digits)" : digits
    }
}
