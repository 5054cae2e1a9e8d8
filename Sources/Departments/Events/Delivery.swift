internal import Core
internal import EventPatterns
internal import JSON

/// Something on its way to a target.
struct Delivery: Sendable {
    private static let textMax = 1 << 20
    let target: String
    let arn: String
    /// How many buses it has come over.
    let hops: Int64
    let payload: [UInt8]

    /// What a target is sent: the event, a part of it, a text of its own, or a template with parts of the event in it.
    init(of event: Datum, to target: Datum, rule: Datum, key: String, hops: Int64) {
        self.hops = hops
        self.target = "\(key)\u{1}\(target["Id"]?.text ?? "")"
        arn = target["Arn"]?.text ?? ""
        payload = Self.payload(event, target, rule)
    }

    /// The whole of something that no rule sends.
    init(payload: [UInt8], to arn: String) {
        hops = 0
        target = ""
        self.arn = arn
        self.payload = payload
    }

    private static func payload(_ event: Datum, _ target: Datum, _ rule: Datum) -> [UInt8] {
        if let text = target["Input"]?.text { return Array(text.utf8) }
        if let path = target["InputPath"]?.text, let path = try? InputPath(parsing: path) {
            return (path.value(in: event) ?? .null).json
        }
        if let transform = target["InputTransformer"], let transform = try? Self.transform(transform) {
            let text = transform.apply(
                event,
                reserved: [
                    ReservedVariable.ruleARN.rawValue: rule["Arn"] ?? .null,
                    ReservedVariable.ruleName.rawValue: rule["Name"] ?? .null,
                    ReservedVariable.ingestionTime.rawValue: event["time"] ?? .null,
                ])
            // A template may repeat an event many times over.
            if text.count <= Self.textMax { return text }
            Log.line("the template of a target makes \(ByteSize(text.count)): the event is sent as it is")
        }
        return event.json
    }

    static func transform(_ datum: Datum) throws(PatternRefusal) -> InputTransform {
        let paths = (datum["InputPathsMap"]?.map?.members ?? []).map { ($0.key, $0.value.text ?? "") }
        return try InputTransform(
            paths: Dictionary(paths) { $1 }, template: datum["InputTemplate"]?.text ?? "")
    }
}
