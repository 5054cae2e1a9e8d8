internal import Core

/// What holds until a person ends it: no restart does, in order or not.
package struct StandingOrders: Hashable, Sendable {
    package struct Bypass: Hashable, Sendable {
        package let by: String
        package let reason: String
        /// Milliseconds since 1970.
        package let since: Int

        package init(by: String, reason: String, since: Int) {
            self.by = by
            self.reason = reason
            self.since = since
        }
    }

    /// The line runs without verdicts.
    package var bypass: Bypass?
    /// Why no part may pass.
    var block: String?
    /// Too many parts were not judged, and why.
    var complaint: String?

    package init() {}

    init(_ datum: Datum) throws(Fault) {
        let reader = try DatumReader(datum, at: "standing", keys: ["bypass", "block", "complaint"])
        block = try reader.text("block")
        complaint = try reader.text("complaint")
        guard let value = reader.value("bypass") else { return }
        let inner = try DatumReader(value, at: reader.name("bypass"), keys: ["by", "reason", "since"])
        guard let by = try inner.text("by") else { throw Fault(.invalid, "\(reader.name("bypass")) needs by") }
        bypass = Bypass(
            by: by, reason: inner.value("reason")?.text ?? "", since: try inner.whole("since", in: 0...Int.max) ?? 0)
    }

    var datum: Datum {
        var map: DatumMap = [:]
        map["block"] = block.map { .text($0) }
        map["complaint"] = complaint.map { .text($0) }
        map["bypass"] = bypass.map {
            .map(["by": .text($0.by), "reason": .text($0.reason), "since": .whole($0.since)])
        }
        return .map(map)
    }
}
