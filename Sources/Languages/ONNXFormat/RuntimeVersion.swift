/// A release of ONNX Runtime, to the minor number: patches do not change which models load.
package struct RuntimeVersion: Hashable, Sendable {
    package let major: Int
    package let minor: Int

    package init(_ major: Int, _ minor: Int) {
        self.major = major
        self.minor = minor
    }

    /// Reads `1.20`, `1.20.1` or `1.21.0.dev2025`, as ONNX Runtime reports itself; nil for anything else.
    package init?(parsing text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, let major = UInt16(parts[0]), let minor = UInt16(parts[1]) else { return nil }
        self.init(Int(major), Int(minor))
    }
}

extension RuntimeVersion: Comparable, CustomStringConvertible {
    package static func < (left: RuntimeVersion, right: RuntimeVersion) -> Bool {
        (left.major, left.minor) < (right.major, right.minor)
    }

    package var description: String { "\(major).\(minor)" }
}
