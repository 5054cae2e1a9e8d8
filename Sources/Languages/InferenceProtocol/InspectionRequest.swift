internal import Core
package import JSON

/// The body of `POST /infer`: a flat tensor, a threshold, and an id to echo.
package struct InspectionRequest {
    package static let correlationCharactersMax = 128

    package let tensor: JSONNode
    package let terms: InspectionTerms

    /// Every issue is reported at once, as pydantic does.
    package init(_ root: JSONNode, elementCount: Int) throws(ValidationIssues) {
        guard root.kind == .object else {
            throw ValidationIssues([
                ValidationIssue(
                    "model_attributes_type", at: [.field("body")],
                    "Input should be a valid dictionary or object to extract fields from")
            ])
        }
        var issues: [ValidationIssue] = []
        let tensor = root["tensor"]
        if let tensor { issues += Self.check(tensor, elementCount) } else { issues.append(.missing("tensor")) }
        let threshold = Self.threshold(root["threshold"], &issues)
        let correlation = Self.correlation(root["correlation_id"], &issues)
        guard issues.isEmpty, let tensor else { throw ValidationIssues(issues) }
        self.tensor = tensor
        terms = InspectionTerms(threshold: threshold, correlationID: correlation)
    }

    private static func check(_ tensor: JSONNode, _ elementCount: Int) -> [ValidationIssue] {
        let location: [ValidationIssue.Step] = [.field("body"), .field("tensor")]
        guard let count = tensor.count else {
            return [ValidationIssue("list_type", at: location, "Input should be a valid list")]
        }
        var place = 0
        var strangers: [ValidationIssue] = []
        tensor.forEachElement { element in
            defer { place += 1 }
            guard element.kind != .number, strangers.count < 16 else { return }
            strangers.append(
                ValidationIssue("float_type", at: location + [.index(place)], "Input should be a valid number"))
        }
        if !strangers.isEmpty { return strangers }
        return length(count, elementCount).map { [$0] } ?? []
    }

    /// The issue of a tensor that is not of the model's length.
    package static func length(_ count: Int, _ wanted: Int) -> ValidationIssue? {
        guard count != wanted else { return nil }
        let short = count < wanted
        return ValidationIssue(
            short ? "too_short" : "too_long", at: [.field("body"), .field("tensor")],
            "List should have at \(short ? "least" : "most") \(wanted) items after validation, not \(count)",
            context: [
                "field_type": .text("List"), short ? "min_length" : "max_length": .int(wanted),
                "actual_length": .int(count),
            ])
    }

    private static func threshold(_ node: JSONNode?, _ issues: inout [ValidationIssue]) -> Double? {
        guard let node else { return nil }
        guard let value = node.double else {
            issues.append(
                ValidationIssue(
                    "float_type", at: [.field("body"), .field("threshold")], "Input should be a valid number"))
            return nil
        }
        if let issue = InspectionTerms.issue(threshold: value, at: [.field("body"), .field("threshold")]) {
            issues.append(issue)
        }
        return value
    }

    private static func correlation(_ node: JSONNode?, _ issues: inout [ValidationIssue]) -> String? {
        guard let node, !node.isNull else { return nil }
        let location: [ValidationIssue.Step] = [.field("body"), .field("correlation_id")]
        guard let text = node.string else {
            issues.append(ValidationIssue("string_type", at: location, "Input should be a valid string"))
            return nil
        }
        if let issue = InspectionTerms.issue(correlation: text, at: location) { issues.append(issue) }
        return text
    }
}

/// What a client asks besides the tensor.
package struct InspectionTerms: Hashable, Sendable {
    package var threshold: Double?
    package var correlationID: String?

    package init(threshold: Double? = nil, correlationID: String? = nil) {
        self.threshold = threshold
        self.correlationID = correlationID
    }

    package static func issue(threshold value: Double, at location: [ValidationIssue.Step]) -> ValidationIssue? {
        if value >= 0 && value <= 1 { return nil }
        let input: ValidationIssue.Value? = value.isFinite ? .double(value) : nil
        // A NaN is neither; it is told the lower bound.
        return value > 1
            ? ValidationIssue(
                "less_than_equal", at: location, "Input should be less than or equal to 1", context: ["le": .double(1)],
                input: input)
            : ValidationIssue(
                "greater_than_equal", at: location, "Input should be greater than or equal to 0",
                context: ["ge": .double(0)],
                input: input)
    }

    package static func issue(correlation text: String, at location: [ValidationIssue.Step]) -> ValidationIssue? {
        // Python counts code points.
        guard text.unicodeScalars.count > InspectionRequest.correlationCharactersMax else { return nil }
        return ValidationIssue(
            "string_too_long", at: location,
            "String should have at most \(InspectionRequest.correlationCharactersMax) characters",
            context: ["max_length": .int(InspectionRequest.correlationCharactersMax)])
    }
}

/// All that is wrong with one request.
package struct ValidationIssues: Error, Hashable, Sendable {
    package let list: [ValidationIssue]
    package init(_ list: [ValidationIssue]) { self.list = list }
}

extension ValidationIssue {
    package static func missing(_ field: String) -> ValidationIssue {
        ValidationIssue("missing", at: [.field("body"), .field(field)], "Field required")
    }

    /// A body that is not JSON.
    package static func notJSON(_ refusal: JSONDocument.Refusal) -> ValidationIssue {
        ValidationIssue(
            "json_invalid", at: [.field("body"), .index(refusal.position)], "JSON decode error",
            context: ["error": .text(refusal.reason)], input: .emptyObject)
    }

    /// A tensor outside of what the model was trained on; the seed's own words.
    package static func bounds(least: Float, greatest: Float, from low: Double, to high: Double) -> ValidationIssue? {
        if Double(least) >= low && Double(greatest) <= high { return nil }
        let text =
            "Tensor values must be in [\(low), \(high)]; got min=\(fourDecimals(Double(least))), max=\(fourDecimals(Double(greatest))). "
            + "Ensure preprocessing normalization matches training."
        return ValidationIssue(
            "value_error", at: [.field("body"), .field("tensor")], "Value error, " + text,
            context: ["error": .text(text)])
    }
}
