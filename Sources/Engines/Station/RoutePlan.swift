package import Core

/// What a part must be like to be judged by another model than the default one. What is not named may be anything.
package struct RouteRule: Hashable, Sendable {
    package let name: String
    package var partNumbers: ClosedRange<Int>?
    package var brightness: ClosedRange<Double>?
    package var width: ClosedRange<Int>?
    package var height: ClosedRange<Int>?

    package init(name: String) { self.name = name }

    /// Whether nothing but the part's number is looked at.
    var needsFrame: Bool { brightness != nil || width != nil || height != nil }

    func fits(_ facts: RouteFacts) -> Bool {
        (partNumbers?.contains(facts.partNumber) ?? true) && (brightness?.contains(facts.brightness) ?? true)
            && (width?.contains(facts.width) ?? true) && (height?.contains(facts.height) ?? true)
    }

    /// Whether some part fits both.
    func overlaps(_ other: RouteRule) -> Bool {
        Self.meet(partNumbers, other.partNumbers) && Self.meet(brightness, other.brightness)
            && Self.meet(width, other.width) && Self.meet(height, other.height)
    }

    private static func meet<Bound>(_ left: ClosedRange<Bound>?, _ right: ClosedRange<Bound>?) -> Bool {
        guard let left, let right else { return true }
        return left.overlaps(right)
    }
}

/// What is known of a part when its model is chosen.
package struct RouteFacts: Hashable, Sendable {
    package var partNumber: Int
    /// The mean level of the frame, 0 to 255.
    package var brightness: Double
    package var width: Int
    package var height: Int

    package init(partNumber: Int, brightness: Double, width: Int, height: Int) {
        self.partNumber = partNumber
        self.brightness = brightness
        self.width = width
        self.height = height
    }
}

/// Which model judges which part.
package struct RoutePlan: Hashable, Sendable {
    package let rules: [RouteRule]

    /// Refuses rules of which two could fit the same part: which model judged it would depend on their order.
    package init(_ rules: [RouteRule]) throws(Fault) {
        for (place, rule) in rules.enumerated() {
            if let other = rules[..<place].first(where: { $0.overlaps(rule) }) {
                throw Fault(
                    .invalid, "routes '\(other.name)' and '\(rule.name)' fit the same parts",
                    hint: "make their part numbers, brightness or sizes differ")
            }
        }
        self.rules = rules
    }

    /// The rule's place; nil for the default model.
    package func choose(_ facts: RouteFacts) -> Int? { rules.firstIndex { $0.fits(facts) } }

    var needsFrame: Bool { rules.contains(where: \.needsFrame) }
}
