import Core
import Images
import Testing

@Suite struct FrameDecoderTests {
    private func decode(_ file: [UInt8], as format: PixelFormat = .rgb8) throws -> (size: [Int], pixels: [UInt8]) {
        let decoder = try FrameDecoder()
        return try file.withUnsafeBytes {
            let frame = try decoder.decode($0, as: format)
            return ([frame.width, frame.height], frame.packedBytes)
        }
    }

    struct Refused: Sendable, CustomTestStringConvertible {
        let name: String
        let file: [UInt8]
        let reason: String
        var testDescription: String { name }
    }

    private static let pixel = FileFixture.bitmap(width: 1, height: 1, bits: 24, rows: [1, 2, 3, 0])
    private static let pngPixel = FileFixture.png(width: 1, height: 1, kind: 2, rows: [0, 9, 8, 7])

    static let refused: [Refused] = [
        Refused(name: "nothing", file: [], reason: "empty"),
        Refused(name: "text", file: Array("not a picture".utf8), reason: "neither"),
        Refused(name: "JPEG marker alone", file: [0xff, 0xd8, 0xff], reason: ""),
        Refused(name: "JPEG without its scan", file: Array(JPEGFixture.file.prefix(600)), reason: ""),
        Refused(name: "JPEG cut in its scan", file: Array(JPEGFixture.file.dropLast(40)), reason: "remature end"),
        Refused(name: "JPEG without its end", file: Array(JPEGFixture.file.dropLast(2)), reason: "remature end"),
        Refused(
            name: "JPEG 20000 x 20000", file: JPEGFixture.declaring(width: 20_000, height: 20_000),
            reason: "20000 x 20000"),
        Refused(
            name: "JPEG 16384 x 16384", file: JPEGFixture.declaring(width: 16_384, height: 16_384),
            reason: "16384 x 16384"),
        Refused(name: "JPEG 0 x 24", file: JPEGFixture.declaring(width: 0, height: 24), reason: ""),
        Refused(
            name: "JPEG larger than its data", file: JPEGFixture.declaring(width: 320, height: 240),
            reason: "remature end"),
        Refused(name: "PNG signature alone", file: Array(pngPixel.prefix(8)), reason: "header"),
        Refused(
            name: "PNG 20000 x 20000", file: FileFixture.png(width: 20_000, height: 20_000, kind: 2, rows: [0]),
            reason: "20000 x 20000"),
        Refused(
            name: "PNG 2^31 x 1", file: FileFixture.png(width: 1 << 31, height: 1, kind: 2, rows: [0]),
            reason: "declares"),
        Refused(name: "PNG 0 x 1", file: FileFixture.png(width: 0, height: 1, kind: 2, rows: [0]), reason: "0 x 1"),
        Refused(
            name: "PNG with too few rows", file: FileFixture.png(width: 2, height: 2, kind: 0, rows: [0, 1, 2]),
            reason: ""),
        Refused(name: "PNG cut in its data", file: Array(pngPixel.dropLast(20)), reason: "ends before"),
        Refused(name: "PNG without its end", file: Array(pngPixel.dropLast(12)), reason: "ends before"),
        Refused(name: "PNG with a wrong checksum", file: flipped(pngPixel, at: pngPixel.count - 18), reason: ""),
        Refused(
            name: "PNG of depth 3", file: FileFixture.png(width: 1, height: 1, depth: 3, kind: 0, rows: [0, 0]),
            reason: ""),
        Refused(name: "BMP mark alone", file: Array("BM".utf8), reason: "header"),
        Refused(
            name: "BMP 20000 x 20000", file: FileFixture.bitmap(width: 20_000, height: 20_000, bits: 24, rows: []),
            reason: "20000 x 20000"),
        Refused(
            name: "BMP -1 x 1", file: FileFixture.bitmap(width: -1, height: 1, bits: 24, rows: [0, 0, 0, 0]),
            reason: "-1 x 1"),
        Refused(name: "BMP 1 x 0", file: FileFixture.bitmap(width: 1, height: 0, bits: 24, rows: []), reason: "1 x 0"),
        Refused(
            name: "BMP 1 x -2^31", file: FileFixture.bitmap(width: 1, height: -1 << 31, bits: 24, rows: []),
            reason: "declares"),
        Refused(name: "BMP cut in its rows", file: Array(pixel.dropLast(1)), reason: "ends before"),
        Refused(
            name: "BMP cut in its palette", file: Array(FileFixture.bitmap(width: 1, height: 1, bits: 8, rows: [])),
            reason: "palette"),
        Refused(
            name: "BMP of 16 bits", file: FileFixture.bitmap(width: 1, height: 1, bits: 16, rows: [0, 0, 0, 0]),
            reason: "16 bits"),
        Refused(
            name: "BMP with its own masks",
            file: FileFixture.bitmap(
                width: 1, height: 1, bits: 32, masks: [0xff, 0xff00, 0xff_0000], rows: [1, 2, 3, 4]),
            reason: "compression 3"),
    ]

    private static func flipped(_ file: [UInt8], at place: Int) -> [UInt8] {
        var file = file
        file[place] ^= 0x40
        return file
    }

    @Test(arguments: refused) func refuses(_ refused: Refused) throws {
        let fault = #expect(throws: Fault.self) { try decode(refused.file) }
        #expect(fault?.code == .invalid)
        #expect(fault?.message.contains(refused.reason) == true, "\(fault?.message ?? "")")
        #expect(throws: Fault.self) { try decode(refused.file, as: .grey8) }
    }

    /// Every cut of a file is refused, whatever it hits.
    @Test func refusesEveryTruncation() throws {
        for file in [Self.pngPixel, Self.pixel, JPEGFixture.file] {
            for count in 0..<file.count {
                #expect(throws: Fault.self, "\(count) of \(file.count)") { try decode(Array(file.prefix(count))) }
            }
        }
    }

    /// One decoder reads on after a refusal, and gives views into the same memory.
    @Test func goesOnAfterARefusal() throws {
        let decoder = try FrameDecoder()
        let whole = try decode(JPEGFixture.file).pixels
        for file in [JPEGFixture.file, Array(JPEGFixture.file.dropLast(40)), Self.pixel, JPEGFixture.file] {
            let frame = try? file.withUnsafeBytes { try decoder.decode($0, as: .rgb8) }
            if file == JPEGFixture.file { #expect(frame?.packedBytes == whole) }
        }
    }

    @Test func readsJPEG() throws {
        let (size, pixels) = try decode(JPEGFixture.file)
        #expect(size == [JPEGFixture.width, JPEGFixture.height])
        let place = (12 * JPEGFixture.width + 16) * 3
        for (channel, expected) in [(0, 128), (1, 120), (2, 112)] {
            #expect(abs(Int(pixels[place + channel]) - expected) < 12)
        }
        #expect(try decode(JPEGFixture.file, as: .grey8).pixels.count == JPEGFixture.width * JPEGFixture.height)
    }

    /// Where the upright picture's pixel (x, y) lies in the file, by EXIF's eight ways.
    @Test(arguments: 1...8) func turnsUpright(_ orientation: Int) throws {
        let w = JPEGFixture.width, h = JPEGFixture.height
        let lying = try decode(JPEGFixture.file).pixels
        let (size, upright) = try decode(JPEGFixture.held(UInt8(orientation)))
        #expect(size == (orientation > 4 ? [h, w] : [w, h]))
        for y in 0..<size[1] {
            for x in 0..<size[0] {
                let (fromX, fromY) = [
                    (x, y), (w - 1 - x, y), (w - 1 - x, h - 1 - y), (x, h - 1 - y),
                    (y, x), (y, h - 1 - x), (w - 1 - y, h - 1 - x), (w - 1 - y, x),
                ][orientation - 1]
                let place = (y * size[0] + x) * 3, from = (fromY * w + fromX) * 3
                #expect(upright[place..<place + 3] == lying[from..<from + 3])
            }
        }
    }

    struct Read: Sendable, CustomTestStringConvertible {
        let name: String
        let file: [UInt8]
        let rgb: [UInt8]
        let grey: [UInt8]
        var testDescription: String { name }
    }

    @Test(arguments: [
        Read(
            name: "24 bits, bottom-up",
            file: FileFixture.bitmap(width: 1, height: 2, bits: 24, rows: [1, 2, 3, 0, 10, 20, 30, 0]),
            rgb: [30, 20, 10, 3, 2, 1], grey: [22, 2]),
        Read(
            name: "24 bits, top-down",
            file: FileFixture.bitmap(width: 1, height: -2, bits: 24, rows: [1, 2, 3, 0, 10, 20, 30, 0]),
            rgb: [3, 2, 1, 30, 20, 10], grey: [2, 22]),
        Read(
            name: "32 bits",
            file: FileFixture.bitmap(width: 2, height: 1, bits: 32, rows: [1, 2, 3, 9, 10, 20, 30, 9]),
            rgb: [3, 2, 1, 30, 20, 10], grey: [2, 22]),
        Read(
            name: "32 bits with the usual masks",
            file: FileFixture.bitmap(
                width: 1, height: 1, bits: 32, masks: [0xff_0000, 0xff00, 0xff], rows: [10, 20, 30, 9]),
            rgb: [30, 20, 10], grey: [22]),
        Read(
            name: "8 bits through a palette, strangers black",
            file: FileFixture.bitmap(
                width: 3, height: 1, bits: 8, palette: [[10, 20, 30], [7, 7, 7]], rows: [1, 0, 200, 0]),
            rgb: [7, 7, 7, 30, 20, 10, 0, 0, 0], grey: [7, 22, 0]),
        Read(
            name: "PNG, grey", file: FileFixture.png(width: 2, height: 1, kind: 0, rows: [0, 5, 250]),
            rgb: [5, 5, 5, 250, 250, 250], grey: [5, 250]),
        Read(
            name: "PNG, grey of two bits",
            file: FileFixture.png(width: 4, height: 1, depth: 2, kind: 0, rows: [0, 0b00_01_10_11]),
            rgb: [0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255], grey: [0, 85, 170, 255]),
        Read(
            name: "PNG, alpha dropped", file: FileFixture.png(width: 1, height: 1, kind: 6, rows: [0, 7, 7, 7, 0]),
            rgb: [7, 7, 7], grey: [7]),
        Read(
            name: "PNG, sixteen bits cut",
            file: FileFixture.png(width: 1, height: 1, depth: 16, kind: 0, rows: [0, 7, 255]),
            rgb: [7, 7, 7], grey: [7]),
        Read(
            name: "PNG, palette",
            file: FileFixture.png(width: 2, height: 1, kind: 3, palette: [1, 1, 1, 6, 6, 6], rows: [0, 1, 0]),
            rgb: [6, 6, 6, 1, 1, 1], grey: [6, 1]),
    ])
    func reads(_ read: Read) throws {
        #expect(try decode(read.file).pixels == read.rgb)
        #expect(try decode(read.file, as: .grey8).pixels == read.grey)
    }
}
