internal import HTTP
internal import InferenceProtocol
internal import JSON

/// How every door says no: one text under the key that its clients read.
extension Exchange {
    func refuse(_ status: Status, _ key: StaticString, _ text: String) {
        respond(status) { buffer in
            var json = JSONWriter(buffer)
            json.beginObject()
            json.key(key)
            json.string(text)
            json.endObject()
        }
    }

    /// All that is wrong with a request, in FastAPI's shape.
    func refuse(_ issues: ValidationIssues) {
        respond(.unprocessable) { buffer in
            var json = JSONWriter(buffer)
            ValidationIssue.write(issues.list, to: &json)
        }
    }
}
