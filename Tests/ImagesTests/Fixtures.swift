import Core
import Images
import Testing

/// A picture that is easy to tell when it is turned, shifted or has lost a channel.
struct TestPicture: Sendable {
    let width: Int
    let height: Int
    var stride: Int { width * format.bytesPerPixel + gap }
    var format = PixelFormat.rgb8
    /// Bytes between the rows, as camera buffers have them.
    var gap = 0

    func level(_ x: Int, _ y: Int, _ channel: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: (x &* 37 &+ y &* 101 &+ channel &* 59) ^ (x &* y &>> 2))
    }

    var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0xee, count: stride * height)
        for y in 0..<height {
            for x in 0..<width {
                for channel in 0..<format.bytesPerPixel {
                    bytes[y * stride + x * format.bytesPerPixel + channel] = level(x, y, channel)
                }
            }
        }
        return bytes
    }

    /// Without gaps.
    var packed: [UInt8] { TestPicture(width: width, height: height, format: format).bytes }

    func withFrame<Result>(_ body: (FrameView) throws -> Result) throws -> Result {
        try bytes.withUnsafeBufferPointer { buffer in
            let start = try #require(buffer.baseAddress)
            return try body(
                FrameView(pixels: start, width: width, height: height, stride: stride, format: format))
        }
    }

    func tensor(
        _ preprocessing: Preprocessing, instructions: Preprocessor.Instructions = .avx2
    ) throws -> [Float] {
        let preprocessor = try Preprocessor(preprocessing, instructions: instructions)
        return try withFrame { try preprocessor.tensor($0) }
    }
}

/// Files made byte by byte.
enum FileFixture {
    static func little(_ value: Int, bytes: Int = 4) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    static func big(_ value: Int, bytes: Int = 4) -> [UInt8] { little(value, bytes: bytes).reversed() }

    /// `rows` are as they lie in the file, padded; a negative height stands for top-down.
    static func bitmap(
        width: Int, height: Int, bits: Int, palette: [[UInt8]] = [], masks: [Int] = [], rows: [UInt8]
    ) -> [UInt8] {
        var extra: [UInt8] = []
        for mask in masks { extra += little(mask) }
        for colour in palette { extra += colour + [0] }
        let start = 14 + 40 + extra.count
        var file = Array("BM".utf8)
        for word in [start + rows.count, 0, start, 40, width, height] { file += little(word) }
        file += little(1, bytes: 2) + little(bits, bytes: 2)
        for word in [masks.isEmpty ? 0 : 3, rows.count, 0, 0, palette.count, 0] { file += little(word) }
        return file + extra + rows
    }

    /// `rows` begin with their filter byte; `kind` is the PNG colour type.
    static func png(
        width: Int, height: Int, depth: Int = 8, kind: Int, palette: [UInt8] = [], rows: [UInt8]
    ) -> [UInt8] {
        let header = big(width) + big(height) + [UInt8(depth), UInt8(kind), 0, 0, 0]
        var stored: [UInt8] = [0x78, 0x01, 0x01]
        stored += little(rows.count, bytes: 2) + little(~rows.count, bytes: 2)
        stored += rows
        stored += big(adler(rows))
        var file: [UInt8] = [0x89] + Array("PNG\r\n\u{1a}\n".utf8)
        file += chunk("IHDR", header)
        if !palette.isEmpty { file += chunk("PLTE", palette) }
        file += chunk("IDAT", stored)
        return file + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ body: [UInt8]) -> [UInt8] {
        let checked = Array(name.utf8) + body
        return big(body.count) + checked + big(checksum(checked))
    }

    private static func adler(_ bytes: [UInt8]) -> Int {
        var low = 1, high = 0
        for byte in bytes {
            low = (low + Int(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    private static func checksum(_ bytes: [UInt8]) -> Int {
        var rest: UInt32 = .max
        for byte in bytes {
            rest ^= UInt32(byte)
            for _ in 0..<8 { rest = rest & 1 == 1 ? rest >> 1 ^ 0xedb8_8320 : rest >> 1 }
        }
        return Int(~rest)
    }
}
