package import Core

/// The picture that training and serving both draw and preprocess: if the tensors' bytes agree, so does the
/// preprocessing. A one-channel model gets it by way of `COLOR_RGB2GRAY`. A release carries the SHA-256 of its tensor.
/// In Python:
///
///     y, x, c = np.mgrid[0:480, 0:640, 0:3]
///     picture = (((x * 7 + y * 13 + c * 29) ^ ((x * y) >> 4)) & 255).astype(np.uint8)  # RGB
package enum GoldenPicture {
    package static let width = 640
    package static let height = 480

    /// Rows of RGB.
    package static var pixels: [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
            for y in 0..<height {
                for x in 0..<width {
                    for channel in 0..<3 {
                        let level = (x * 7 + y * 13 + channel * 29) ^ ((x * y) >> 4)
                        unsafe buffer[(y * width + x) * 3 + channel] = UInt8(truncatingIfNeeded: level)
                    }
                }
            }
            count = width * height * 3
        }
    }

    /// The preprocessed picture, float32, little-endian, planes one after the other: what is hashed.
    package static func tensorBytes(_ preprocessing: Preprocessing) throws(Fault) -> [UInt8] {
        let picture = Picture(width: width, height: height, pixels: pixels)
        return TensorBytes.littleEndian(try picture.tensor(preprocessing))
    }
}
