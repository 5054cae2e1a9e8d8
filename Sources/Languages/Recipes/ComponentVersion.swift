package import Core

/// A semantic version: `1.4.2`, `2.0.0-rc.1`, `1.0.0+build.7`.
package struct ComponentVersion: Hashable, Sendable, CustomStringConvertible {
    package let major: Int
    package let minor: Int
    package let patch: Int
    /// `rc.1` of `2.0.0-rc.1`; empty for a release.
    package let preRelease: [String]
    /// `build.7` of `1.0.0+build.7`; says nothing about which is newer.
    package let build: String

    private static let lengthMax = 64
    static let numberMax = 999_999

    package init(_ major: Int, _ minor: Int, _ patch: Int, preRelease: [String] = [], build: String = "") {
        self.major = major
        self.minor = minor
        self.patch = patch
        self.preRelease = preRelease
        self.build = build
    }

    package init(parsing text: String) throws(Fault) {
        guard text.utf8.count <= Self.lengthMax else {
            throw Fault(.invalid, "the version \"\(text)\" is longer than \(Self.lengthMax) characters")
        }
        guard let version = Self.read(text[...]) else {
            throw Fault(
                .invalid, "\"\(text)\" is no semantic version",
                hint: "write three numbers up to \(Self.numberMax), such as 1.0.0, or 1.0.0-rc.1")
        }
        self = version
    }

    static func read(_ text: Substring) -> ComponentVersion? {
        let (rest, build) = cut(text, at: "+")
        let (core, tail) = cut(rest, at: "-")
        let numbers = core.split(separator: ".", omittingEmptySubsequences: false).map(number)
        guard numbers.count == 3, let major = numbers[0], let minor = numbers[1], let patch = numbers[2] else {
            return nil
        }
        guard let preRelease = tail.map(words) ?? [], preRelease.allSatisfy(isPreReleaseWord) else { return nil }
        guard build.map({ words($0) != nil }) ?? true else { return nil }
        return ComponentVersion(major, minor, patch, preRelease: preRelease, build: build.map(String.init) ?? "")
    }

    private static func cut(_ text: Substring, at mark: Character) -> (Substring, Substring?) {
        guard let place = text.firstIndex(of: mark) else { return (text, nil) }
        return (text[..<place], text[text.index(after: place)...])
    }

    /// A number without a leading zero.
    static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.count <= 6, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        guard text.count == 1 || text.first != "0" else { return nil }
        return Int(text)
    }

    private static func words(_ text: Substring) -> [String]? {
        let words = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let areWords = words.allSatisfy { word in
            !word.isEmpty && word.utf8.allSatisfy { $0 != UInt8(ascii: "_") && ComponentName.isAllowed($0) }
        }
        return areWords ? words : nil
    }

    private static func isPreReleaseWord(_ word: String) -> Bool {
        !isNumber(word) || word == "0" || word.first != "0"
    }

    private static func isNumber(_ word: String) -> Bool { word.utf8.allSatisfy { (48...57).contains($0) } }

    package var isPreRelease: Bool { !preRelease.isEmpty }

    package var description: String {
        let tail = preRelease.isEmpty ? "" : "-" + preRelease.joined(separator: ".")
        return "\(major).\(minor).\(patch)\(tail)\(build.isEmpty ? "" : "+" + build)"
    }

    /// The same numbers, whatever comes behind them.
    func hasNumbers(of other: ComponentVersion) -> Bool {
        major == other.major && minor == other.minor && patch == other.patch
    }

    /// Older, the same or newer, as semantic versioning orders them; a build says nothing.
    func precedence(to other: ComponentVersion) -> Int {
        for (left, right) in [(major, other.major), (minor, other.minor), (patch, other.patch)] where left != right {
            return left < right ? -1 : 1
        }
        if preRelease.isEmpty || other.preRelease.isEmpty {
            return preRelease.isEmpty == other.preRelease.isEmpty ? 0 : preRelease.isEmpty ? 1 : -1
        }
        for (left, right) in zip(preRelease, other.preRelease) {
            let order = Self.order(left, right)
            if order != 0 { return order }
        }
        return (preRelease.count - other.preRelease.count).signum()
    }

    /// Numbers come before words; words are ordered by their letters.
    private static func order(_ left: String, _ right: String) -> Int {
        switch (isNumber(left), isNumber(right)) {
        // Without leading zeros the longer number is the greater one.
        case (true, true) where left.count != right.count: left.count < right.count ? -1 : 1
        case (true, false): -1
        case (false, true): 1
        default: left == right ? 0 : left < right ? -1 : 1
        }
    }
}

extension ComponentVersion: Comparable {
    /// Builds of one version are ordered by their letters, so that there is one newest of any list.
    package static func < (left: ComponentVersion, right: ComponentVersion) -> Bool {
        let order = left.precedence(to: right)
        return order != 0 ? order < 0 : left.build < right.build
    }
}
