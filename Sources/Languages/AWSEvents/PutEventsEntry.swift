internal import Core
package import JSON

/// One event as `PutEvents` takes it.
package struct PutEventsEntry: Hashable, Sendable {
    package var source: String
    package var detailType: String
    /// The text of a JSON object.
    package var detail: String
    /// Milliseconds since 1970.
    package var time: Int64?
    package var bus: String?
    package var resources: [String]
    package var traceHeader: String?

    package init(
        source: String, detailType: String, detail: String, time: Int64? = nil, bus: String? = nil,
        resources: [String] = [], traceHeader: String? = nil
    ) {
        self.source = source
        self.detailType = detailType
        self.detail = detail
        self.time = time
        self.bus = bus
        self.resources = resources
        self.traceHeader = traceHeader
    }

    /// What it counts towards a request's limit.
    ///
    /// > If the Time parameter is specified, it is measured as 14 bytes. The Source and DetailType parameters are measured as the
    /// > number of bytes for their UTF-8 encoded forms. If the Detail parameter is specified, it is measured as the number of bytes
    /// > for its UTF-8 encoded form. If the Resources parameter is specified, each entry is measured as the number of bytes for its
    /// > UTF-8 encoded forms. <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html>
    package var weight: Int {
        (time == nil ? 0 : 14) + source.utf8.count + detailType.utf8.count + detail.utf8.count
            + resources.reduce(0) { $0 + $1.utf8.count }
    }

    package func write(_ json: inout JSONWriter) {
        json.beginObject()
        if let time {
            json.key("Time" as StaticString)
            json.double(Double(time) / 1000)
        }
        json.member("Source", source)
        if !resources.isEmpty {
            json.key("Resources" as StaticString)
            json.beginArray()
            for resource in resources { json.string(resource) }
            json.endArray()
        }
        json.member("DetailType", detailType)
        json.member("Detail", detail)
        if let bus { json.member("EventBusName", bus) }
        if let traceHeader { json.member("TraceHeader", traceHeader) }
        json.endObject()
    }

    package var json: [UInt8] {
        let buffer = ByteBuffer()
        var writer = JSONWriter(buffer)
        write(&writer)
        return unsafe Array(buffer.bytes)
    }
}
