internal import CImages
package import Core

/// Writes raw frames as BMP files that every browser shows: grey frames as 8 bits with a palette, colours as 24 bits.
package enum BitmapWriter {
    package static let mediaType = "image/bmp"

    /// How many bytes `write` will write.
    package static func byteCount(of frame: FrameView) -> Int {
        Int(ls_bitmap_bytes(Int32(frame.width), Int32(frame.height), Int32(frame.format.bytesPerPixel)))
    }

    /// Fills the front of `file` and says how many bytes that took.
    @discardableResult
    package static func write(_ frame: FrameView, into file: UnsafeMutableRawBufferPointer) throws(Fault) -> Int {
        let count = byteCount(of: frame)
        guard let start = unsafe file.baseAddress?.assumingMemoryBound(to: UInt8.self), file.count >= count else {
            throw Fault(.exhausted, "a bitmap of \(count) bytes does not fit into \(file.count)")
        }
        unsafe ls_bitmap_write(
            frame.pixels, Int32(frame.width), Int32(frame.height), frame.stride, Int32(frame.format.bytesPerPixel),
            start)
        return count
    }
}
