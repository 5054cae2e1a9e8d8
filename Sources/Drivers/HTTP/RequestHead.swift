internal import CHTTP
internal import Core

/// A request's head as it lies in its connection's buffer; nothing is copied until someone asks.
@safe package struct RequestHead {
    let head: UnsafeMutablePointer<ls_head>
    let buffer: ByteBuffer

    package var method: Method { unsafe Method(number: head.pointee.method) }

    /// Everything before `?`.
    package var path: UnsafeRawBufferPointer {
        let target = unsafe slice(head.pointee.target, head.pointee.target_bytes)
        guard let mark = unsafe target.firstIndex(of: UInt8(ascii: "?")) else { return unsafe target }
        return unsafe UnsafeRawBufferPointer(rebasing: target[..<mark])
    }

    private func slice(_ start: UInt32, _ count: UInt32) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[Int(start)..<Int(start + count)])
    }

    /// The bytes of the first field of this name (given in lower case), without surrounding blanks.
    package func bytes(of name: StaticString) -> UnsafeRawBufferPointer? {
        for number in unsafe 0..<head.pointee.field_count {
            let field = unsafe ls_head_field(head, number)
            guard unsafe Int(field.pointee.name_bytes) == name.utf8CodeUnitCount, unsafe matches(field, name) else { continue }
            return unsafe Self.trimmed(slice(field.pointee.value, field.pointee.value_bytes))
        }
        return nil
    }

    private func matches(_ field: UnsafePointer<ls_field>, _ name: StaticString) -> Bool {
        let start = unsafe buffer.base + Int(field.pointee.name)
        for place in 0..<name.utf8CodeUnitCount {
            let byte = unsafe start.load(fromByteOffset: place, as: UInt8.self)
            let lower = byte >= 65 && byte <= 90 ? byte | 0x20 : byte
            guard unsafe lower == name.utf8Start[place] else { return false }
        }
        return true
    }

    private static func trimmed(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        var end = bytes.count
        while end > 0, unsafe bytes[end - 1] == UInt8(ascii: " ") || bytes[end - 1] == UInt8(ascii: "\t") { end -= 1 }
        return unsafe UnsafeRawBufferPointer(rebasing: bytes[..<end])
    }

    package func value(of name: StaticString) -> String? {
        unsafe bytes(of: name).map { unsafe String(decoding: $0, as: UTF8.self) }
    }

    /// The media type without its parameters, in lower case.
    package var mediaType: String? {
        value(of: "content-type")?.split(separator: ";", omittingEmptySubsequences: false).first.map { part in
            var part = part
            while part.last == " " { part.removeLast() }
            return part.lowercased()
        }
    }
}
