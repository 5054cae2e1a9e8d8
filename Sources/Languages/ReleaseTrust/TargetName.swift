package import Core

/// What a target may be called: folders and a name, as in an address.
package struct TargetName: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    package static let bytesMax = 1_024

    package init(parsing text: String) throws(Fault) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
        guard isPlain, text.utf8.count <= Self.bytesMax, parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
        else {
            throw Fault(
                .invalid, "\"\(text)\" cannot be a target's name", hint: "write it as in \"line-4/defects/model.onnx\"")
        }
        description = text
    }

    /// Where a repository with consistent snapshots has it.
    package func path(prefix: String) -> String { Self.path(description, prefix: prefix) }

    package static func path(_ name: String, prefix: String) -> String {
        let end = name.lastIndex(of: "/").map { name.index(after: $0) } ?? name.startIndex
        return name[..<end] + prefix + "." + name[end...]
    }
}
