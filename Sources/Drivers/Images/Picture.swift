internal import CImages
package import Core
internal import Glibc

/// A decoded image: rows of RGB bytes.
package struct Picture: Hashable, Sendable {
    package let width: Int
    package let height: Int
    package let pixels: [UInt8]

    package init(width: Int, height: Int, pixels: [UInt8]) {
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Decodes a JPEG or PNG file.
    package init(decoding bytes: [UInt8], file: String) throws(Fault) {
        var image = unsafe ls_image()
        unsafe bytes.withUnsafeBufferPointer { buffer in
            if let start = buffer.baseAddress { unsafe ls_image_decode(start, buffer.count, &image) }
        }
        guard let pixels = unsafe image.pixels else {
            let reason = unsafe withUnsafeBytes(of: &image.reason) {
                unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            throw Fault(
                .invalid, "\(file) cannot be decoded: \(reason.isEmpty ? "empty" : reason)",
                hint: "give a JPEG or PNG file")
        }
        defer { unsafe free(pixels) }
        width = unsafe Int(image.width)
        height = unsafe Int(image.height)
        self.pixels = unsafe Array(UnsafeBufferPointer(start: pixels, count: width * height * 3))
    }

    /// Resizes bilinearly (pixel centres aligned, as OpenCV's INTER_LINEAR does) and lays the channels out one after
    /// the other, each value divided by 255: what the seed's preprocessing feeds its model.
    package func planes(width target: Int, height targetHeight: Int, channels: Int) -> [Float] {
        let across = Self.taps(from: width, to: target)
        let down = Self.taps(from: height, to: targetHeight)
        var planes = [Float](repeating: 0, count: channels * target * targetHeight)
        for (row, y) in down.enumerated() {
            for (column, x) in across.enumerated() {
                for channel in 0..<channels {
                    let top = mix(
                        sample(x.low, y.low, channel, channels), sample(x.high, y.low, channel, channels), x.weight)
                    let bottom = mix(
                        sample(x.low, y.high, channel, channels), sample(x.high, y.high, channel, channels), x.weight)
                    planes[(channel * targetHeight + row) * target + column] =
                        mix(top, bottom, y.weight).rounded() / 255
                }
            }
        }
        return planes
    }

    private func mix(_ low: Float, _ high: Float, _ weight: Float) -> Float { low + (high - low) * weight }

    /// One channel wants grey: the usual weights of red, green and blue.
    private func sample(_ x: Int, _ y: Int, _ channel: Int, _ channels: Int) -> Float {
        let place = (y * width + x) * 3
        guard channels == 1 else { return Float(pixels[place + channel]) }
        return 0.299 * Float(pixels[place]) + 0.587 * Float(pixels[place + 1]) + 0.114 * Float(pixels[place + 2])
    }

    private struct Tap { let low: Int; let high: Int; let weight: Float }

    private static func taps(from source: Int, to target: Int) -> [Tap] {
        let scale = Float(source) / Float(target)
        return (0..<target).map { place in
            let centre = max(0, (Float(place) + 0.5) * scale - 0.5)
            let low = min(Int(centre), source - 1)
            return Tap(low: low, high: min(low + 1, source - 1), weight: centre - Float(low))
        }
    }
}
