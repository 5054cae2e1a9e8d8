/// How the pixels of a frame lie in memory: one byte of grey, or three of red, green and blue. The raw value is bytes a pixel.
package enum PixelFormat: UInt32, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    case grey8 = 1
    case rgb8 = 3

    package var bytesPerPixel: Int { Int(rawValue) }
    package var description: String { self == .grey8 ? "grey8" : "rgb8" }
}
