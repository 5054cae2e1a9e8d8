internal import Core
internal import JSON

/// Whether a text is a dashboard: an object of widgets, each of a type and with properties, on a grid 24 wide.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html>
struct DashboardCheck {
    private static let widgetsMax = 500
    private static let messagesMax = 20
    private static let places = [("x", 0...23), ("y", 0...Int.max), ("width", 1...24), ("height", 1...1000)]

    private struct Message {
        let path: String
        let text: String
    }

    static func check(_ body: String) throws(ServiceProblem) {
        let datum: Datum
        do throws(JSONDocument.Refusal) { datum = try Datum(json: Array(body.utf8)) } catch {
            throw refusal([Message(path: "/", text: "Is no JSON: \(error.reason) at byte \(error.position)")])
        }
        let messages = messages(datum)
        if !messages.isEmpty { throw refusal(messages) }
    }

    private static func messages(_ datum: Datum) -> [Message] {
        guard let body = datum.map else { return [Message(path: "/", text: "Should be object")] }
        guard let widgets = body["widgets"] else {
            return [Message(path: "/", text: "Should have required property 'widgets'")]
        }
        guard let list = widgets.list else { return [Message(path: "/widgets", text: "Should be array")] }
        guard list.count <= widgetsMax else {
            return [Message(path: "/widgets", text: "Should NOT have more than \(widgetsMax) items")]
        }
        return list.enumerated().flatMap { messages($1, at: "/widgets/\($0)") }
    }

    private static func messages(_ widget: Datum, at path: String) -> [Message] {
        guard let map = widget.map else { return [Message(path: path, text: "Should be object")] }
        var messages: [Message] = []
        if let type = map["type"] {
            if type.text == nil { messages.append(Message(path: path + "/type", text: "Should be string")) }
        } else {
            messages.append(Message(path: path, text: "Should have required property 'type'"))
        }
        if let properties = map["properties"] {
            if properties.map == nil { messages.append(Message(path: path + "/properties", text: "Should be object")) }
        } else {
            messages.append(Message(path: path, text: "Should have required property 'properties'"))
        }
        for (name, range) in places {
            guard let value = map[name] else { continue }
            if let number = value.whole, range.contains(number) { continue }
            let most = range.upperBound == .max ? "" : " and <= \(range.upperBound)"
            messages.append(
                Message(path: "\(path)/\(name)", text: "Should be integer, >= \(range.lowerBound)\(most)"))
        }
        return messages
    }

    /// The messages are a member of the refusal, and stand in its words for those who show nothing else.
    private static func refusal(_ messages: [Message]) -> ServiceProblem {
        let shown = messages.prefix(messagesMax)
        let list = Datum.list(shown.map { ["dataPath": .text($0.path), "message": .text($0.text)] })
        var problem = ServiceProblem(
            "DashboardInvalidInputError",
            "The dashboard body is invalid, there are \(messages.count) validation errors:\n"
                + String(decoding: list.json, as: UTF8.self))
        problem.documents = [
            "dashboardValidationMessages": .list(
                shown.map { ["DataPath": .text($0.path), "Message": .text($0.text)] })
        ]
        return problem
    }
}
