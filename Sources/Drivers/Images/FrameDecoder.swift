internal import CImages
package import Core

/// Decodes JPEG, PNG and BMP files one after the other into memory that it keeps, so that a line of equal frames
/// allocates nothing of its own. The pixels are OpenCV's for the same file; a damaged or truncated file is refused.
///
/// One thread at a time: a frame is valid until the next call.
@safe package final class FrameDecoder {
    private let decoder: OpaquePointer
    private var pixels: PixelMemory
    /// Where a picture lies that has yet to be turned upright.
    private var lying: PixelMemory

    package init() throws(Fault) {
        guard let made = unsafe ls_decoder_make() else { throw Fault(.exhausted, "there is no memory for a decoder") }
        unsafe decoder = unsafe made
        pixels = PixelMemory()
        lying = PixelMemory()
    }

    deinit { unsafe ls_decoder_free(decoder) }

    package func decode(_ bytes: UnsafeRawBufferPointer, as format: PixelFormat) throws(Fault) -> FrameView {
        guard let start = unsafe bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else {
            throw Fault(.invalid, "the picture is empty")
        }
        var head = ls_image_head()
        guard unsafe ls_image_read_head(decoder, start, bytes.count, &head) else { throw refusal }
        let width = Int(head.orientation > 4 ? head.height : head.width)
        let height = Int(head.orientation > 4 ? head.width : head.height)
        let count = width * height * format.bytesPerPixel
        let target = unsafe try pixels.reserve(count)
        let scratch = unsafe head.orientation == 1 ? nil : try lying.reserve(count)
        guard unsafe ls_image_decode(decoder, start, bytes.count, &head, Int32(format.bytesPerPixel), target, scratch)
        else {
            throw refusal
        }
        return unsafe try FrameView(pixels: target, width: width, height: height, format: format)
    }

    package func decode(_ file: [UInt8], as format: PixelFormat) throws(Fault) -> FrameView {
        unsafe try file.withUnsafeBufferPointer { bytes throws(Fault) in
            unsafe try decode(UnsafeRawBufferPointer(bytes), as: format)
        }
    }

    private var refusal: Fault {
        let reason = unsafe String(cString: ls_decoder_reason(decoder))
        return Fault(.invalid, "the picture cannot be decoded: \(reason)", hint: "give a whole JPEG, PNG or BMP file")
    }
}
