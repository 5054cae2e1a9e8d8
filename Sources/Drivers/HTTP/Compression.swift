internal import CZlib
internal import Core
internal import Glibc

/// gzip and deflate, whole bodies at a time.
package enum Compression: String, Hashable, Sendable {
    case gzip, deflate

    /// What a client's Accept-Encoding likes best: gzip before deflate where it is all the same, and nothing where it
    /// would rather have the bytes as they are.
    static func accepted(by field: String?) -> Compression? {
        guard let field else { return nil }
        let preferences = field.lowercased().split(separator: ",").map(CodingPreference.init)
        func weight(_ name: String) -> Double { preferences.first { $0.name == name }?.weight ?? 0 }
        let (gzip, deflate, plain) = (weight("gzip"), weight("deflate"), weight("identity"))
        guard max(gzip, deflate) > 0, max(gzip, deflate) >= plain else { return nil }
        return gzip >= deflate ? .gzip : .deflate
    }

    func compress(_ bytes: UnsafeRawBufferPointer, into buffer: ByteBuffer) -> Bool {
        var out: UnsafeMutableRawPointer?
        let count = unsafe ls_deflate(bytes.baseAddress, bytes.count, self == .deflate ? 1 : 0, &out)
        guard count >= 0, let out = unsafe out else { return false }
        defer { unsafe free(out) }
        unsafe buffer.append(UnsafeRawBufferPointer(start: out, count: count))
        return true
    }

    /// The bytes behind a compressed text of either kind; nil for what is none, or grows past `limit`.
    package static func inflated(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        unsafe bytes.withUnsafeBytes { packed in
            guard let body = unsafe inflate(packed, limit: limit), !body.isTooLarge else { return nil }
            return withExtendedLifetime(body) {
                unsafe Array(UnsafeRawBufferPointer(start: body.start, count: body.count))
            }
        }
    }

    /// Inflates a body of either kind, refusing to grow past `limit`.
    static func inflate(_ bytes: UnsafeRawBufferPointer, limit: Int) -> InflatedBody? {
        var out: UnsafeMutableRawPointer?
        let count = unsafe ls_inflate(bytes.baseAddress, bytes.count, limit, ByteBuffer.padding, &out)
        guard count != Int(LS_DEFLATE_TOO_LARGE) else { return unsafe InflatedBody(start: nil, count: -1) }
        guard count >= 0, let out = unsafe out else { return nil }
        return unsafe InflatedBody(start: out, count: count)
    }
}

/// Memory that zlib filled; freed with its owner.
@safe final class InflatedBody: @unchecked Sendable {
    let start: UnsafeMutableRawPointer?
    let count: Int
    var isTooLarge: Bool { count < 0 }

    init(start: UnsafeMutableRawPointer?, count: Int) {
        unsafe self.start = unsafe start
        self.count = count
    }

    deinit { unsafe free(start) }
}
