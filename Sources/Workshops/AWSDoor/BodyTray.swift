internal import HTTP

/// A request's body as it came. Whoever names no key that is known here may bring a small one and no more.
///
/// Confined to the reactor's thread while the body comes, and to one worker afterwards.
final class BodyTray: BodySink, @unchecked Sendable {
    /// A document of an operation; objects have a way of their own.
    static let bytesMax = 8 << 20
    private static let strangerBytesMax = 64 << 10

    private(set) var bytes: [UInt8] = []
    private(set) var isTooLarge = false
    private let bytesMax: Int

    init(isKnown: Bool) { bytesMax = isKnown ? Self.bytesMax : Self.strangerBytesMax }

    func take(_ piece: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count + piece.count <= bytesMax else {
            isTooLarge = true
            return false
        }
        unsafe bytes.append(contentsOf: piece)
        return true
    }
}
