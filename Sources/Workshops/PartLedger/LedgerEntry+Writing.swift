internal import Core
internal import Crypto
internal import JSON

extension LedgerEntry {
    /// The entry's body: the exact text that is hashed. Number, kind, part and time are in it, so the hash covers them.
    func write(number n: UInt64, wall: Int64, to buffer: ByteBuffer) {
        var json = JSONWriter(buffer)
        json.beginObject()
        json.member("n", n)
        json.member("kind", kind.name)
        json.member("wall_ns", wall)
        switch self {
        case .part(let record): record.write(number: n, to: &json)
        case .acknowledgement(let record): record.write(to: &json)
        case .operator(let record): record.write(to: &json)
        case .event(let record): record.write(to: &json)
        }
        json.endObject()
    }
}

extension PartRecord {
    fileprivate func write(number n: UInt64, to json: inout JSONWriter) {
        json.member("station", station)
        json.member("part", UInt64(part))
        json.member("sequence", UInt64(sequence))
        json.member("verdict", verdict.name)
        json.member("reason", reason)
        json.key("scores")
        json.beginArray()
        for score in scores { json.exact(score) }
        json.endArray()
        json.key("threshold")
        if let threshold { json.exact(threshold) } else { json.null() }
        json.key("us")
        json.beginObject()
        for (name, path) in StageTimes.names { json.member(name, stages[keyPath: path]) }
        json.endObject()
        json.member("frame_number", frameNumber)
        json.member("frame_device_ns", frameDeviceNanoseconds)
        json.member("frame_sha256", frameDigest?.description)
        json.member("output_sha256", outputDigest?.description)
        json.member("frame_file", frameName(entry: n)?.description)
        json.member("release", release?.description)
        json.member("model", model)
        json.member("model_version", modelVersion)
        json.member("environment", environment)
    }
}

extension AcknowledgementRecord {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("entry", entry)
        json.member("part", UInt64(part))
        json.member("sequence", UInt64(sequence))
        json.member("us", microseconds)
    }
}

extension OperatorRecord {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("action", action.rawValue)
        json.member("station", station)
        json.member("person", person)
        json.member("entry", entry)
        json.member("part", part.map(UInt64.init))
        json.member("verdict", verdict?.name)
        json.member("comment", comment)
    }
}

extension EventRecord {
    fileprivate func write(to json: inout JSONWriter) {
        json.member("event", name.rawValue)
        json.member("station", station)
        json.member("text", text)
        json.key("facts")
        json.beginObject()
        for fact in facts {
            switch fact.value {
            case .text(let text): json.member(fact.name, text)
            case .number(let number): json.member(fact.name, Int64(number))
            }
        }
        json.endObject()
    }
}
