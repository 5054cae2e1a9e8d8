package import Core

/// Which versions will do, as npm writes it: `>=1.0.0 <2.0.0`, `^1.2`, `~1.2.3`, `1.x`, `1.0.0 - 2.0.0`, `*`, and `||` between them.
package struct VersionRequirement: Hashable, Sendable, CustomStringConvertible {
    /// One comparison with a version.
    struct Bound: Hashable, Sendable {
        enum Relation: Hashable, Sendable { case below, upTo, exactly, from, above }
        let relation: Relation
        let version: ComponentVersion

        var takesEveryRelease: Bool { relation == .from && version == ComponentVersion(0, 0, 0) }

        func holds(for version: ComponentVersion) -> Bool {
            let order = version.precedence(to: self.version)
            return switch relation {
            case .below: order < 0
            case .upTo: order <= 0
            case .exactly: order == 0
            case .from: order >= 0
            case .above: order > 0
            }
        }
    }

    /// As it was written.
    package let text: String
    /// One of these must hold in whole.
    private let alternatives: [[Bound]]

    package static let any = VersionRequirement(text: "*", alternatives: [[]])

    init(text: String, alternatives: [[Bound]]) {
        self.text = text
        self.alternatives = alternatives
    }

    package init(parsing text: String) throws(Fault) {
        var alternatives: [[Bound]] = []
        for part in Self.alternatives(of: text) {
            guard let bounds = VersionRange(part)?.bounds else { throw Self.refusal(text) }
            alternatives.append(bounds)
        }
        // As npm has it, one part that takes every release makes the others say nothing, pre-releases included.
        let takesAll = alternatives.contains { $0.allSatisfy(\.takesEveryRelease) }
        self.init(text: text, alternatives: takesAll ? [[]] : alternatives)
    }

    /// Exactly one version.
    package init(exactly version: ComponentVersion) {
        self.init(text: "\(version)", alternatives: [[Bound(relation: .exactly, version: version)]])
    }

    private static func alternatives(of text: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = text[...]
        while let bar = rest.firstRange(of: "||") {
            parts.append(rest[..<bar.lowerBound])
            rest = rest[bar.upperBound...]
        }
        return parts + [rest]
    }

    private static func refusal(_ text: String) -> Fault {
        let isCommaList = text.contains(",")
        return Fault(
            .invalid, "\"\(text)\" is no version requirement",
            hint: isCommaList
                ? "put a space between the bounds, not a comma"
                : "write it as in \">=1.0.0 <2.0.0\", ^1.2.0, ~1.2.0, 1.x or 1.0.0")
    }

    /// A pre-release will do only where a bound of the same three numbers names a pre-release too.
    package func isSatisfied(by version: ComponentVersion) -> Bool {
        alternatives.contains { bounds in
            guard bounds.allSatisfy({ $0.holds(for: version) }) else { return false }
            return !version.isPreRelease
                || bounds.contains { $0.version.isPreRelease && $0.version.hasNumbers(of: version) }
        }
    }

    package var description: String { text }
}
