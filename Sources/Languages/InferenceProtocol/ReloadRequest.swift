package import Core
package import JSON

/// The body of `POST /reload-model`.
package struct ReloadRequest {
    package let name: ModelName

    package init(_ root: JSONNode) throws(ValidationIssues) {
        let location: [ValidationIssue.Step] = [.field("body"), .field("model_name")]
        guard root.kind == .object, let node = root["model_name"] else {
            throw ValidationIssues([.missing("model_name")])
        }
        guard let text = node.string else {
            throw ValidationIssues([ValidationIssue("string_type", at: location, "Input should be a valid string")])
        }
        let count = text.unicodeScalars.count
        if count == 0 {
            throw ValidationIssues([
                ValidationIssue(
                    "string_too_short", at: location, "String should have at least 1 character",
                    context: ["min_length": .int(1)])
            ])
        }
        if count > ModelName.charactersMax {
            throw ValidationIssues([
                ValidationIssue(
                    "string_too_long", at: location, "String should have at most \(ModelName.charactersMax) characters",
                    context: ["max_length": .int(ModelName.charactersMax)])
            ])
        }
        do throws(Fault) { name = try ModelName(parsing: text) } catch {
            throw ValidationIssues([
                ValidationIssue(
                    "value_error", at: location, "Value error, \(error.message); \(error.hint ?? "")",
                    input: .text(text))
            ])
        }
    }
}
