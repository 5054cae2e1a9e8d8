internal import Core
internal import Files
internal import Images

/// One image to one tensor.
struct PreprocessJob {
    let image: String
    let preprocessing: Preprocessing
    let format: PixelFormat
    let out: String?

    func tensor(_ decoder: FrameDecoder) throws(Fault) -> [Float] {
        let preprocessor = try Preprocessor(preprocessing)
        let bytes = try FileAccess.read(image)
        return try preprocessor.tensor(decode(bytes, decoder))
    }

    func run(_ decoder: FrameDecoder) throws(Fault) {
        guard let out else { return }
        try FileAccess.write(TensorBytes.littleEndian(try tensor(decoder)), to: out)
    }

    /// The frame lives in the decoder, until its next.
    func decode(_ bytes: [UInt8], _ decoder: FrameDecoder) throws(Fault) -> FrameView {
        do throws(Fault) { return try decoder.decode(bytes, as: format) } catch {
            throw Fault(error.code, "\(image): \(error.message)", hint: error.hint)
        }
    }
}
