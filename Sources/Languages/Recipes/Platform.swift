internal import Core
internal import _StringProcessing

/// What a machine is: `os`, `architecture` and whatever else its owner says of it.
package struct Platform: Hashable, Sendable {
    package let attributes: [String: String]

    package init(_ attributes: [String: String]) { self.attributes = attributes }

    package static func linux(architecture: String, detail: String? = nil) -> Platform {
        var attributes = ["os": "linux", "architecture": architecture]
        attributes["architecture.detail"] = detail
        return Platform(attributes)
    }

    package var description: String {
        attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ", ")
    }
}

/// What a manifest asks of a machine; nothing at all fits every machine.
package struct PlatformRequirement: Hashable, Sendable, CustomStringConvertible {
    package let attributes: [String: String]

    package init(_ attributes: [String: String]) { self.attributes = attributes }

    /// Words that stand for any value of these two.
    private static let open: [String: Set<String>] = ["os": ["all", "any"], "architecture": ["all", "any"]]

    package func fits(_ platform: Platform) -> Bool {
        attributes.allSatisfy { name, wanted in Self.fits(name, wanted, platform.attributes[name]) }
    }

    private static func fits(_ name: String, _ wanted: String, _ found: String?) -> Bool {
        if wanted == "*" || open[name]?.contains(wanted) == true { return true }
        guard let found else { return false }
        guard let pattern = pattern(wanted) else { return wanted == found }
        return (try? Regex(pattern).wholeMatch(in: found)) != nil
    }

    /// The expression between two slashes.
    static func pattern(_ wanted: String) -> String? {
        guard wanted.count >= 2, wanted.hasPrefix("/"), wanted.hasSuffix("/") else { return nil }
        return String(wanted.dropFirst().dropLast())
    }

    /// What is wrong with an expression; nil when it can be used.
    static func complaint(_ wanted: String) -> String? {
        guard let pattern = pattern(wanted) else { return nil }
        do {
            _ = try Regex(pattern)
            return nil
        } catch { return "is no regular expression" }
    }

    package var description: String {
        attributes.isEmpty
            ? "any" : attributes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
