package import Core

/// What a part must be like to be judged by another model than the default one. What is not named may be anything.
package struct RouteRule: Hashable, Sendable {
    package let name: String
    /// A camera's address; what follows a `*` at its end may be anything.
    package var camera: String?
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

    /// Whether parts at this camera are meant at all: stations may share their routes.
    package func isFor(camera address: String) -> Bool {
        camera.map { Self.mayBeOne($0, address) } ?? true
    }

    /// Whether some part fits both.
    func overlaps(_ other: RouteRule) -> Bool {
        guard camera == nil || other.camera == nil || Self.mayBeOne(camera ?? "", other.camera ?? "") else {
            return false
        }
        return Self.meet(partNumbers, other.partNumbers) && Self.meet(brightness, other.brightness)
            && Self.meet(width, other.width) && Self.meet(height, other.height)
    }

    /// Whether some address is meant by both.
    private static func mayBeOne(_ left: String, _ right: String) -> Bool {
        switch (left.hasSuffix("*"), right.hasSuffix("*")) {
        case (false, false): left == right
        case (true, false): right.hasPrefix(left.dropLast())
        case (false, true): left.hasPrefix(right.dropLast())
        case (true, true): left.dropLast().hasPrefix(right.dropLast()) || right.dropLast().hasPrefix(left.dropLast())
        }
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

    /// Refuses rules of which two could fit the same part: which model judged it would depend on their order. Of the
    /// others, those for `camera` are kept.
    package init(_ rules: [RouteRule], camera: String = "") throws(Fault) {
        for (place, rule) in rules.enumerated() {
            if let other = rules[..<place].first(where: { $0.overlaps(rule) }) {
                throw Fault(
                    .invalid, "routes '\(other.name)' and '\(rule.name)' fit the same parts",
                    hint: "make their cameras, part numbers, brightness or sizes differ")
            }
        }
        self.rules = rules.filter { $0.isFor(camera: camera) }
    }

    /// The rule's place; nil for the default model.
    package func choose(_ facts: RouteFacts) -> Int? { rules.firstIndex { $0.fits(facts) } }

    var needsFrame: Bool { rules.contains(where: \.needsFrame) }
}
