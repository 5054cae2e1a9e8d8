internal import CHTTP
internal import Core
internal import Glibc

/// A request's head as it lies in its connection's buffer; nothing is copied until someone asks.
@safe package struct RequestHead {
    let head: UnsafeMutablePointer<ls_head>
    let buffer: ByteBuffer

    package var method: Method { unsafe Method(number: head.pointee.method) }

    /// Everything before `?`, without the scheme and the host that a proxy's request names.
    package var path: UnsafeRawBufferPointer {
        let target = unsafe slice(head.pointee.target, head.pointee.target_bytes)
        let end = unsafe target.firstIndex(of: UInt8(ascii: "?")) ?? target.count
        return unsafe TargetForm.path(UnsafeRawBufferPointer(rebasing: target[..<end]))
    }

    /// Whether the client speaks HTTP/1.0, to which nothing newer may be said.
    var isOld: Bool { unsafe head.pointee.major == 1 && head.pointee.minor == 0 }

    private func slice(_ start: UInt32, _ count: UInt32) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: buffer.bytes[Int(start)..<Int(start + count)])
    }

    /// The bytes of the first field of this name (given in lower case), without surrounding blanks.
    package func bytes(of name: StaticString) -> UnsafeRawBufferPointer? {
        for number in unsafe 0..<head.pointee.field_count {
            let field = unsafe ls_head_field(head, number)
            guard unsafe Int(field.pointee.name_bytes) == name.utf8CodeUnitCount, unsafe matches(field, name) else {
                continue
            }
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

    /// How many fields have this name.
    func count(of name: StaticString) -> Int {
        unsafe (0..<head.pointee.field_count).count { number in
            let field = unsafe ls_head_field(head, number)
            return unsafe Int(field.pointee.name_bytes) == name.utf8CodeUnitCount && matches(field, name)
        }
    }

    /// What is wrong with a head that the parser let through.
    var complaint: (status: Status, text: String)? {
        let start = unsafe buffer.base.assumingMemoryBound(to: CChar.self)
        let methodBytes = unsafe strcspn(start, " ")
        if unsafe head.pointee.major != 1 || head.pointee.minor > 1 {
            return (.badRequest, "only HTTP/1.0 and HTTP/1.1 are spoken here")
        }
        if unsafe Int(head.pointee.target) != methodBytes + 1 {
            return (.badRequest, "malformed HTTP request: more than one space after the method")
        }
        if unsafe head.pointee.minor == 1, count(of: "host") != 1 {
            return (.badRequest, "an HTTP/1.1 request needs exactly one Host field")
        }
        let codings = count(of: "transfer-encoding")
        if unsafe head.pointee.other_encoding != 0 || codings > 1
            || codings == 1 && value(of: "transfer-encoding")?.lowercased() != "chunked"
        {
            return (.notImplemented, "only the chunked Transfer-Encoding is understood")
        }
        return nil
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
