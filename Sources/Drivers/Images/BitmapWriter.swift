internal import CImages
package import Core

/// Writes raw frames as BMP files that every browser shows: grey frames as 8 bits with a palette, colours as 24 bits.
package enum BitmapWriter {
    package static let mediaType = "image/bmp"

    /// How many bytes `write` will write.
    package static func byteCount(of frame: FrameView) -> Int {
        Int(ls_bitmap_bytes(Int32(frame.width), Int32(frame.height), Int32(frame.format.bytesPerPixel)))
    }

    /// The whole file.
    package static func file(_ frame: FrameView) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount(of: frame)) { buffer, used in
            used = unsafe (try? write(frame, into: UnsafeMutableRawBufferPointer(buffer))) ?? 0
        }
    }

    /// The whole file for rows of pixels that follow each other without a gap.
    package static func file(_ pixels: [UInt8], width: Int, height: Int, format: PixelFormat) throws(Fault) -> [UInt8] {
        precondition(
            pixels.count == width * height * format.bytesPerPixel, "\(pixels.count) bytes are not \(width) x \(height)")
        return unsafe try pixels.withUnsafeBufferPointer { buffer throws(Fault) in
            guard let start = buffer.baseAddress else { throw Fault(.invalid, "the picture is empty") }
            return unsafe file(try FrameView(pixels: start, width: width, height: height, format: format))
        }
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
