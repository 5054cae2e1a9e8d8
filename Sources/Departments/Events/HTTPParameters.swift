internal import AWSProtocol
internal import Core
internal import EventPatterns
internal import JSON

/// What a target says of the requests to an API destination: values for the wildcards of its path, header fields, and a
/// query.
///
/// A value that is a path (`$.detail.line`) stands for what is there in the event that is sent.
struct HTTPParameters: Sendable {
    private static let path = "PathParameterValues"
    private static let headers = "HeaderParameters"
    private static let query = "QueryStringParameters"
    private static let valuesMax = 100

    /// As targets declare it.
    static let member = Member(
        "HttpParameters",
        .structure([
            Member(path, .list(.text), 0...valuesMax), Member(headers, .map(.text), 0...valuesMax),
            Member(query, .map(.text), 0...valuesMax),
        ]))

    let pathValues: [String]
    let fields: [ConnectionParameters.Pair]
    let queryPairs: [ConnectionParameters.Pair]

    // MARK: when they are put

    /// What is wrong with them; nil when they can be sent.
    static func complaint(httpParameters: Datum) -> String? {
        for value in httpParameters[path]?.list ?? [] {
            guard let text = value.text, isPathValue(text) else {
                return "\(path) has a value that no part of a path can be: it is empty, or one or two dots alone."
            }
            if let complaint = complaint(path: text) { return complaint }
        }
        for (name, value) in httpParameters[headers]?.map?.members ?? [] {
            guard FieldLetters.isFieldName(name), let text = value.text, FieldLetters.isFieldValue(text) else {
                return "\(headers) has a field that cannot be sent: \(quoted(name)) may hold visible ASCII in one line."
            }
            if let complaint = complaint(path: text) { return complaint }
        }
        for (name, value) in httpParameters[query]?.map?.members ?? [] {
            guard FieldLetters.isQueryName(name), let text = value.text, FieldLetters.isQueryValue(text) else {
                return "\(query) has a parameter that cannot be sent: \(quoted(name)) may hold no control characters."
            }
            if let complaint = complaint(path: text) { return complaint }
        }
        return nil
    }

    private static func isPathValue(_ text: String) -> Bool {
        text.contains { !$0.isWhitespace } && text != "." && text != ".."
    }

    private static func quoted(_ name: String) -> String {
        "\"" + String(name.unicodeScalars.filter { $0.value >= 0x20 }.prefix(64).map(Character.init)) + "\""
    }

    private static func isDynamic(_ text: String) -> Bool { text.hasPrefix("$.") }

    private static func complaint(path text: String) -> String? {
        guard isDynamic(text) else { return nil }
        do throws(PatternRefusal) { _ = try InputPath(parsing: text) } catch { return error.reason }
        return nil
    }

    // MARK: when they are sent

    /// As they are for one event.
    init(_ given: Datum?, payload: [UInt8]) throws(DeliveryRefusal) {
        let event = (try? Datum(json: payload)) ?? .null
        var values: [String] = []
        for value in given?[Self.path]?.list ?? [] { values.append(try Self.text(value, in: event)) }
        pathValues = values
        fields = try Self.pairs(given?[Self.headers], event)
        queryPairs = try Self.pairs(given?[Self.query], event)
        guard values.allSatisfy(Self.isPathValue), fields.allSatisfy({ FieldLetters.isFieldValue($0.value) }) else {
            throw .forGood(
                .invalidParameter, "the event has a value for the request that no path or header field can be")
        }
    }

    private static func pairs(_ map: Datum?, _ event: Datum) throws(DeliveryRefusal) -> [ConnectionParameters.Pair] {
        var pairs: [ConnectionParameters.Pair] = []
        for (name, value) in map?.map?.members ?? [] { pairs.append((name, try text(value, in: event))) }
        return pairs
    }

    private static func text(_ value: Datum, in event: Datum) throws(DeliveryRefusal) -> String {
        let text = value.text ?? ""
        guard isDynamic(text), let path = try? InputPath(parsing: text) else { return text }
        switch path.value(in: event) {
        case .text(let found): return found
        case .some(let found) where !found.isNull: return String(decoding: found.json, as: UTF8.self)
        default:
            throw .forGood(.invalidParameter, "the request needs \(text), which the event that is sent does not have")
        }
    }
}
