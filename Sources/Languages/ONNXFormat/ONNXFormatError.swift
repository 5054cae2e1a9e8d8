/// Why some bytes are not an ONNX model that can be read, and at which byte that became certain.
package struct ONNXFormatError: Error, Hashable, Sendable {
    /// What kind of failure it is, for programs; open, because a later ONNX may need more.
    package struct Code: RawRepresentable, Hashable, Sendable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// The bytes are something else: text, an archive, another model format, nothing at all.
        package static let notONNX = Code(rawValue: "not-onnx")
        /// A number or a length runs past the end of what holds it.
        package static let truncated = Code(rawValue: "truncated")
        /// The bytes break a rule of the wire format or of ONNX.
        package static let malformed = Code(rawValue: "malformed")
        /// Something is larger or deeper than `FormatLimit` allows.
        package static let limit = Code(rawValue: "limit")
        /// The wire format is sound but something every model has is not there.
        package static let missing = Code(rawValue: "missing")
    }

    package let code: Code
    /// Where in the file the trouble starts, counted from zero.
    package let offset: Int
    package let message: String

    package init(_ code: Code, at offset: Int, _ message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }
}

extension ONNXFormatError: CustomStringConvertible {
    package var description: String { "byte \(offset): \(message)" }
}
