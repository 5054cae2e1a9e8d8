internal import CHTTP
internal import Core

/// The whole head as text, for whoever checks a signature over it.
extension RequestHead {
    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    /// In the order in which they came.
    package var fields: [Field] {
        unsafe (0..<head.pointee.field_count).map { number in
            let field = unsafe ls_head_field(head, number)
            return unsafe Field(
                name: text(field.pointee.name, field.pointee.name_bytes),
                value: text(field.pointee.value, field.pointee.value_bytes))
        }
    }

    /// As sent, in its encoding.
    package var pathText: String { unsafe String(decoding: path, as: UTF8.self) }

    /// What follows `?`, as sent; empty without one.
    package var queryText: String {
        let target = unsafe text(head.pointee.target, head.pointee.target_bytes)
        guard let mark = target.firstIndex(of: "?") else { return "" }
        return String(target[target.index(after: mark)...])
    }

    /// The value of a parameter behind the `?`, as it was sent; nil when it is not there.
    package func parameter(_ name: String) -> String? {
        let pair = queryText.split(separator: "&").first { $0.hasPrefix(name + "=") }
        return pair.map { String($0.dropFirst(name.count + 1)) }
    }

    private func text(_ start: UInt32, _ count: some BinaryInteger) -> String {
        let bytes = unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[Int(start)..<Int(start) + Int(count)])
        return unsafe String(decoding: bytes, as: UTF8.self)
    }
}
