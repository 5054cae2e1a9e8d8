internal import Core
internal import JSON

/// A part of a template: what stands there, or what an event puts there.
enum TemplatePiece: Hashable, Sendable {
    case text([UInt8])
    case value(Source, isInString: Bool)

    enum Source: Hashable, Sendable {
        case path(InputPath)
        case reserved(ReservedVariable)
    }

    func bytes(for event: Datum, reserved: [String: Datum]) -> [UInt8] {
        switch self {
        case .text(let bytes): bytes
        case .value(.path(let path), let isInString): Self.bytes(path.value(in: event), isInString: isInString)
        case .value(.reserved(let variable), let isInString):
            Self.bytes(variable.value(in: event, given: reserved), isInString: isInString)
        }
    }

    /// What is missing is an empty string, or nothing within one.
    private static func bytes(_ value: Datum?, isInString: Bool) -> [UInt8] {
        let json = (value ?? .text("")).json
        guard isInString else { return json }
        if value?.text == nil, value != nil { return letters(String(decoding: json, as: UTF8.self)) }
        return Array(json.dropFirst().dropLast())
    }

    /// A text as it stands between the quotes of a JSON string.
    private static func letters(_ text: String) -> [UInt8] { Array(Datum.text(text).json.dropFirst().dropLast()) }

    /// Stands for any value while the template itself is looked at.
    var sample: [UInt8] {
        switch self {
        case .text(let bytes): bytes
        case .value(_, let isInString): Array((isInString ? "x" : "null").utf8)
        }
    }
}
