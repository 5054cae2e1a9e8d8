/// An operator as nodes name it; the domain of ONNX itself is always written `ai.onnx`.
package struct OperatorName: Hashable, Sendable {
    /// What an absent or empty domain means.
    package static let defaultDomain = "ai.onnx"

    package let domain: String
    package let type: String

    package init(_ type: String, domain: String = "") {
        self.type = type
        self.domain = domain.isEmpty ? Self.defaultDomain : domain
    }
}

extension OperatorName: CustomStringConvertible {
    /// `Conv`, or `com.microsoft.FusedConv` where the domain is not ONNX's own.
    package var description: String { domain == Self.defaultDomain ? type : "\(domain).\(type)" }
}

extension OperatorName: Comparable {
    package static func < (left: OperatorName, right: OperatorName) -> Bool {
        (left.domain, left.type) < (right.domain, right.type)
    }
}
