package import Core

/// A decoded image that is kept: rows of RGB bytes.
package struct Picture: Hashable, Sendable {
    package let width: Int
    package let height: Int
    package let pixels: [UInt8]

    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(pixels.count == width * height * 3, "a picture has three bytes a pixel")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Decodes a JPEG, PNG or BMP file.
    package init(decoding bytes: [UInt8], file: String) throws(Fault) {
        let decoder = try FrameDecoder()
        defer { withExtendedLifetime(decoder) {} }
        do throws(Fault) {
            let frame = try decoder.decode(bytes, as: .rgb8)
            self.init(width: frame.width, height: frame.height, pixels: frame.packedBytes)
        } catch {
            throw Fault(error.code, "\(file): \(error.message)", hint: error.hint)
        }
    }

    /// Lends the picture as a frame.
    package func withFrame<Result>(_ body: (FrameView) throws(Fault) -> Result) throws(Fault) -> Result {
        unsafe try pixels.withUnsafeBufferPointer { buffer throws(Fault) in
            guard let start = buffer.baseAddress else { throw Fault(.invalid, "the picture is empty") }
            return try body(unsafe FrameView(pixels: start, width: width, height: height, format: .rgb8))
        }
    }

    package func tensor(_ preprocessing: Preprocessing) throws(Fault) -> [Float] {
        let preprocessor = try Preprocessor(preprocessing)
        return try withFrame { frame throws(Fault) in try preprocessor.tensor(frame) }
    }

    /// Resized bilinearly, divided by 255, channels first: what a model gets unless its release says otherwise.
    package func planes(width: Int, height: Int, channels: Int) throws(Fault) -> [Float] {
        try tensor(Preprocessing(width: width, height: height, channels: channels))
    }
}
