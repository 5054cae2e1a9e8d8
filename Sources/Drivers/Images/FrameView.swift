internal import CImages
package import Core

/// A frame where it lies: rows of pixels in memory that somebody else owns, and only as long as they say.
@safe package struct FrameView {
    package let pixels: UnsafePointer<UInt8>
    package let width: Int
    package let height: Int
    /// Bytes from one row to the next.
    package let stride: Int
    package let format: PixelFormat

    /// A camera's buffer as a frame; `stride` is a row's own bytes unless it says otherwise.
    package init(
        pixels: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int? = nil, format: PixelFormat
    ) throws(Fault) {
        guard PictureLimit.holds(width: width, height: height) else {
            throw Fault(.invalid, "a frame of \(width) x \(height) pixels is out of bounds")
        }
        let rowBytes = width * format.bytesPerPixel
        guard (stride ?? rowBytes) >= rowBytes else {
            throw Fault(.invalid, "a frame's rows of \(rowBytes) bytes do not fit into a stride of \(stride ?? 0)")
        }
        unsafe self.pixels = unsafe pixels
        self.width = width
        self.height = height
        self.stride = stride ?? rowBytes
        self.format = format
    }

    var frame: ls_frame {
        unsafe ls_frame(
            pixels: pixels, stride: stride, width: Int32(width), height: Int32(height),
            channels: Int32(format.bytesPerPixel))
    }

    /// The pixels without gaps, as a copy that lasts.
    package var packedBytes: [UInt8] {
        let rowBytes = width * format.bytesPerPixel
        return unsafe [UInt8](unsafeUninitializedCapacity: rowBytes * height) { buffer, count in
            guard let start = buffer.baseAddress else { return }
            for row in 0..<height {
                unsafe (start + row * rowBytes).initialize(from: pixels + row * stride, count: rowBytes)
            }
            count = rowBytes * height
        }
    }
}
