package import Core
internal import JSON

/// What a target is sent instead of the event: a template in which `<name>` stands for a value of the event.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html>
package struct InputTransform: Hashable, Sendable {
    private let pieces: [TemplatePiece]

    /// Reads a template whose placeholders are the names of `paths` and the reserved variables.
    package init(paths: [String: String], template: String) throws(PatternRefusal) {
        let bytes = Array(template.utf8)
        guard (1...PatternLimit.templateBytesMax).contains(bytes.count) else {
            throw PatternRefusal(template: "it must have 1 to \(PatternLimit.templateBytesMax) bytes")
        }
        let paths = try Self.read(paths)
        var reader = TemplateReader(bytes, paths: paths, dropsSpaces: false)
        let asWritten = try reader.read()
        let sample = asWritten.flatMap(\.sample)
        if Self.isJSON(sample[...]) {
            var reader = TemplateReader(bytes, paths: paths, dropsSpaces: true)
            pieces = try reader.read()
        } else {
            try Self.refuseUnquoted(sample)
            pieces = asWritten
        }
    }

    private static func read(_ paths: [String: String]) throws(PatternRefusal) -> [String: InputPath] {
        guard paths.count <= PatternLimit.pathsMax else {
            throw PatternRefusal(reason: "InputPathsMap has more than \(PatternLimit.pathsMax) entries.")
        }
        var read: [String: InputPath] = [:]
        for (name, path) in paths.sorted(by: { $0.key < $1.key }) {
            guard (1...PatternLimit.nameBytesMax).contains(name.utf8.count),
                name.utf8.allSatisfy(TemplateReader.isNameLetter)
            else { throw PatternRefusal(reason: "InputPathsMap contains invalid key \(name).") }
            read[name] = try InputPath(parsing: path)
        }
        return read
    }

    /// A template that is no JSON as a whole may be one value a line, such as a quoted string each.
    private static func refuseUnquoted(_ sample: [UInt8]) throws(PatternRefusal) {
        for line in sample.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
        where !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) && !isJSON(line) {
            throw PatternRefusal(template: "it is not JSON; for strings, quotes are required")
        }
    }

    private static func isJSON(_ text: ArraySlice<UInt8>) -> Bool { (try? Datum(json: Array(text))) != nil }

    /// The template with the event's values in it; `reserved` gives those that the event does not tell.
    package func apply(_ event: Datum, reserved: [String: Datum] = [:]) -> [UInt8] {
        pieces.flatMap { $0.bytes(for: event, reserved: reserved) }
    }
}
