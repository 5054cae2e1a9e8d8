/// An 8-bit grey BMP file: what every viewer opens and nobody needs a library for.
package enum GreyBitmap {
    private static let headerBytes = 14 + 40
    private static let paletteBytes = 256 * 4

    /// The whole file for a picture whose rows follow each other without a gap.
    package static func file(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
        precondition(pixels.count == width * height, "\(pixels.count) pixels are not \(width) x \(height)")
        let rowBytes = (width + 3) / 4 * 4
        var file: [UInt8] = []
        file.reserveCapacity(headerBytes + paletteBytes + rowBytes * height)
        appendHeader(&file, width, height, rowBytes)
        for level in 0...255 { file += [UInt8(level), UInt8(level), UInt8(level), 0] }
        // BMP begins with the bottom row, and fills every row up to four bytes.
        for y in (0..<height).reversed() {
            file += pixels[y * width..<(y + 1) * width]
            file += repeatElement(0, count: rowBytes - width)
        }
        return file
    }

    private static func appendHeader(_ file: inout [UInt8], _ width: Int, _ height: Int, _ rowBytes: Int) {
        let start = headerBytes + paletteBytes
        file += [UInt8(ascii: "B"), UInt8(ascii: "M")]
        append(&file, start + rowBytes * height, 0, start)
        append(&file, 40, width, height)
        // One plane of eight bits, not compressed; the resolution is nobody's business.
        append(&file, 1 | (8 << 16), 0, rowBytes * height, 0, 0, 256, 256)
    }

    private static func append(_ file: inout [UInt8], _ words: Int...) {
        for word in words {
            for byte in 0..<4 { file.append(UInt8(truncatingIfNeeded: word >> (8 * byte))) }
        }
    }
}
