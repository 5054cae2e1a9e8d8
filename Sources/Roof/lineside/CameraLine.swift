internal import Core
internal import FrameRing
internal import JSON

/// One line about a camera: a frame, or a change.
enum CameraLine {
    case frame(FrameInRing, interval: UInt64?, lag: UInt64)
    case connected(CameraState)
    case lost(CameraState)
    case unusable(CameraState)

    var text: String {
        switch self {
        case .frame(let frame, let interval, let lag):
            let facts = frame.facts
            let clock = facts.clock == .none ? "" : "  \(facts.clock) \(Self.milliseconds(facts.deviceNanoseconds)) ms"
            let step = interval.map { "  +\(Self.milliseconds($0)) ms" } ?? ""
            return
                "frame \(frame.number)  \(facts.width) x \(facts.height) \(facts.format)  id \(facts.id)\(clock)\(step)  here after \(lag / 1000) us"
        case .connected(let state): return "connected\(state.name.isEmpty ? "" : ": \(state.name)")"
        case .lost(let state): return "lost: \(state.error)"
        case .unusable(let state): return "unusable (\(state.counts.damaged + state.counts.oversized)): \(state.error)"
        }
    }

    var json: String {
        let buffer = ByteBuffer()
        var json = JSONWriter(buffer)
        json.beginObject()
        switch self {
        case .frame(let frame, let interval, let lag):
            let facts = frame.facts
            json.member("event", "frame")
            json.member("number", frame.number)
            json.member("id", facts.id)
            json.member("width", UInt64(facts.width))
            json.member("height", UInt64(facts.height))
            json.member("format", facts.format.description)
            json.member("clock", "\(facts.clock)")
            json.member("device_ns", facts.deviceNanoseconds)
            json.member("arrived_ns", facts.arrived.nanoseconds)
            json.member("published_ns", frame.published.nanoseconds)
            if let interval { json.member("interval_ns", interval) }
            json.member("lag_ns", lag)
        case .connected(let state): Self.write("connected", state, to: &json)
        case .lost(let state): Self.write("lost", state, to: &json)
        case .unusable(let state): Self.write("unusable", state, to: &json)
        }
        json.endObject()
        return buffer.text
    }

    private static func write(_ event: String, _ state: CameraState, to json: inout JSONWriter) {
        json.member("event", event)
        json.member("at_ns", Instant.now.nanoseconds)
        json.member("name", state.name)
        json.member("error", state.error)
        json.member("damaged", state.counts.damaged)
        json.member("losses", state.counts.losses)
        json.member("openings", state.counts.openings)
    }

    /// With one decimal place.
    static func milliseconds(_ nanoseconds: UInt64) -> String {
        let tenths = (nanoseconds + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
