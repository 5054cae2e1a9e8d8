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
            Self.put(&json, "event", "frame")
            Self.put(&json, "number", frame.number)
            Self.put(&json, "id", facts.id)
            Self.put(&json, "width", UInt64(facts.width))
            Self.put(&json, "height", UInt64(facts.height))
            Self.put(&json, "format", facts.format.description)
            Self.put(&json, "clock", "\(facts.clock)")
            Self.put(&json, "device_ns", facts.deviceNanoseconds)
            Self.put(&json, "arrived_ns", facts.arrived.nanoseconds)
            Self.put(&json, "published_ns", frame.published.nanoseconds)
            if let interval { Self.put(&json, "interval_ns", interval) }
            Self.put(&json, "lag_ns", lag)
        case .connected(let state): Self.put(&json, "connected", state)
        case .lost(let state): Self.put(&json, "lost", state)
        case .unusable(let state): Self.put(&json, "unusable", state)
        }
        json.endObject()
        return buffer.text
    }

    private static func put(_ json: inout JSONWriter, _ event: String, _ state: CameraState) {
        put(&json, "event", event)
        put(&json, "at_ns", Instant.now.nanoseconds)
        put(&json, "name", state.name)
        put(&json, "error", state.error)
        put(&json, "damaged", state.counts.damaged)
        put(&json, "losses", state.counts.losses)
        put(&json, "openings", state.counts.openings)
    }

    static func put(_ json: inout JSONWriter, _ name: StaticString, _ value: UInt64) {
        json.key(name)
        json.uint(value)
    }

    static func put(_ json: inout JSONWriter, _ name: StaticString, _ value: String) {
        json.key(name)
        json.string(value)
    }

    /// With one decimal place.
    static func milliseconds(_ nanoseconds: UInt64) -> String {
        let tenths = (nanoseconds + 50_000) / 100_000
        return "\(tenths / 10).\(tenths % 10)"
    }
}
