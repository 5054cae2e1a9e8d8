internal import HTTP
internal import InferenceProtocol
internal import JSON

extension Exchange {
    /// All that is wrong with a request, in FastAPI's shape.
    func refuse(_ issues: ValidationIssues) {
        respond(.unprocessable) { buffer in
            var json = JSONWriter(buffer)
            ValidationIssue.write(issues.list, to: &json)
        }
    }
}
