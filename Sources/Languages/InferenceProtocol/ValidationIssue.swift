package import JSON

/// One reason why a request is not acceptable, in the shape that FastAPI's clients read: {"type", "loc", "msg", ...}.
package struct ValidationIssue: Error, Hashable, Sendable {
    package enum Step: Hashable, Sendable { case field(String), index(Int) }

    package let type: String
    package let location: [Step]
    package let message: String
    /// Numbers and texts that the message mentions.
    package let context: [String: Value]
    package let input: Value?

    package enum Value: Hashable, Sendable { case int(Int), double(Double), text(String), emptyObject }

    package init(
        _ type: String, at location: [Step], _ message: String, context: [String: Value] = [:], input: Value? = nil
    ) {
        self.type = type
        self.location = location
        self.message = message
        self.context = context
        self.input = input
    }

    /// Writes `{"detail":[issue, ...]}`.
    package static func write(_ issues: [ValidationIssue], to json: inout JSONWriter) {
        json.beginObject()
        json.key("detail")
        json.beginArray()
        for issue in issues { issue.write(to: &json) }
        json.endArray()
        json.endObject()
    }

    private func write(to json: inout JSONWriter) {
        json.beginObject()
        json.key("type")
        json.string(type)
        json.key("loc")
        json.beginArray()
        for step in location {
            switch step {
            case .field(let name): json.string(name)
            case .index(let number): json.int(number)
            }
        }
        json.endArray()
        json.key("msg")
        json.string(message)
        if let input { json.key("input"); Self.write(input, to: &json) }
        if !context.isEmpty {
            json.key("ctx")
            json.beginObject()
            for (name, value) in context.sorted(by: { $0.key < $1.key }) {
                json.key(name)
                Self.write(value, to: &json)
            }
            json.endObject()
        }
        json.endObject()
    }

    private static func write(_ value: Value, to json: inout JSONWriter) {
        switch value {
        case .int(let number): json.int(number)
        case .double(let number): json.double(number)
        case .text(let text): json.string(text)
        case .emptyObject: json.beginObject(); json.endObject()
        }
    }
}
