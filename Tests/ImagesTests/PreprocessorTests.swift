import Core
import Images
import Testing

@Suite struct PreprocessorTests {
    @Test func keepsEqualSizes() throws {
        let picture = TestPicture(width: 9, height: 5, gap: 3)
        for mode in Preprocessing.Mode.allCases {
            let tensor = try picture.tensor(Preprocessing(mode: mode, width: 9, height: 5))
            for (place, value) in tensor.enumerated() {
                let (plane, rest) = place.quotientAndRemainder(dividingBy: 45)
                #expect(value == Float(picture.level(rest % 9, rest / 9, plane)) / 255)
            }
        }
    }

    struct Sizes: Sendable, CustomTestStringConvertible {
        let from: (width: Int, height: Int)
        let to: (width: Int, height: Int)
        var testDescription: String { "\(from.width)x\(from.height) to \(to.width)x\(to.height)" }
    }

    /// Tables of sizes with all the ways in which columns can run out of room for wide reads.
    static let sizes: [Sizes] = [1, 2, 3, 4, 7, 8, 16, 31, 33, 100].flatMap { side in
        [1, 2, 8, 9, 24, 50, 96].map { Sizes(from: (side, 101 - side), to: ($0, 2 * $0 / 3 + 1)) }
    }

    /// A node with an old processor judges like a node with a new one.
    @Test(arguments: sizes) func allInstructionsGiveTheSameBits(_ sizes: Sizes) throws {
        for mode in Preprocessing.Mode.allCases {
            for (format, channels) in [(PixelFormat.rgb8, 3), (.rgb8, 1), (.grey8, 3), (.grey8, 1)] {
                let picture = TestPicture(width: sizes.from.width, height: sizes.from.height, format: format, gap: 1)
                let wanted = Preprocessing(
                    mode: mode, width: sizes.to.width, height: sizes.to.height, channels: channels,
                    mean: SIMD3(0.485, 0.456, 0.406), deviation: SIMD3(0.229, 0.224, 0.225))
                let plain = try picture.tensor(wanted, instructions: .portable).map(\.bitPattern)
                for instructions in [Preprocessor.Instructions.sse41, .avx2] {
                    #expect(try picture.tensor(wanted, instructions: instructions).map(\.bitPattern) == plain)
                }
            }
        }
    }

    @Test func normalisesByPlane() throws {
        let picture = TestPicture(width: 4, height: 4)
        let mean = SIMD3<Float>(0.5, 0.25, 0.125), deviation = SIMD3<Float>(0.5, 2, 3)
        let plain = try picture.tensor(Preprocessing(width: 4, height: 4))
        let wanted = Preprocessing(width: 4, height: 4, mean: mean, deviation: deviation)
        for (place, value) in try picture.tensor(wanted).enumerated() {
            #expect(value == (plain[place] - mean[place / 16]) / deviation[place / 16])
        }
    }

    @Test func ordersPlanes() throws {
        let picture = TestPicture(width: 6, height: 4)
        let rgb = try picture.tensor(Preprocessing(width: 3, height: 3))
        let bgr = try picture.tensor(Preprocessing(width: 3, height: 3, order: .bgr))
        #expect(bgr == Array(rgb[18...] + rgb[9..<18] + rgb[..<9]))
    }

    @Test func repeatsGrey() throws {
        let picture = TestPicture(width: 6, height: 4, format: .grey8)
        let one = try picture.tensor(Preprocessing(width: 5, height: 5, channels: 1))
        #expect(try picture.tensor(Preprocessing(width: 5, height: 5)) == one + one + one)
    }

    struct Boxed: Sendable {
        let from: (width: Int, height: Int)
        let box: (x: Int, y: Int, width: Int, height: Int)
    }

    /// Into 8 x 8. Halves go to even: 5 of 16 would be 2.5 rows.
    @Test(arguments: [
        Boxed(from: (16, 8), box: (0, 2, 8, 4)), Boxed(from: (8, 16), box: (2, 0, 4, 8)),
        Boxed(from: (16, 5), box: (0, 3, 8, 2)), Boxed(from: (16, 7), box: (0, 2, 8, 4)),
        Boxed(from: (100, 1), box: (0, 3, 8, 1)), Boxed(from: (8, 5), box: (0, 1, 8, 5)),
        Boxed(from: (4, 4), box: (0, 0, 8, 8)),
    ])
    func letterboxes(_ boxed: Boxed) throws {
        let (x, y, width, height) = boxed.box
        let picture = TestPicture(width: boxed.from.width, height: boxed.from.height)
        let inner = try picture.tensor(Preprocessing(width: width, height: height))
        let tensor = try picture.tensor(Preprocessing(mode: .letterbox, width: 8, height: 8, pad: 51))
        for (place, value) in tensor.enumerated() {
            let plane = place / 64, column = place % 8 - x, row = place / 8 % 8 - y
            let isInside = (0..<width).contains(column) && (0..<height).contains(row)
            #expect(value == (isInside ? inner[(plane * height + row) * width + column] : 0.2))
        }
    }

    @Test(arguments: [(16, 8, 16, 8), (8, 16, 8, 16), (17, 8, 17, 8), (5, 4, 10, 8), (4, 9, 8, 18)])
    func cropsTheMiddle(_ width: Int, _ height: Int, _ fullWidth: Int, _ fullHeight: Int) throws {
        let picture = TestPicture(width: width, height: height)
        let full = try picture.tensor(Preprocessing(width: fullWidth, height: fullHeight))
        let tensor = try picture.tensor(Preprocessing(mode: .centreCrop, width: 8, height: 8))
        for (place, value) in tensor.enumerated() {
            let column = place % 8 + (fullWidth - 8) / 2, row = place / 8 % 8 + (fullHeight - 8) / 2
            #expect(value == full[(place / 64 * fullHeight + row) * fullWidth + column])
        }
    }

    /// One preprocessor sees cameras of several sizes and kinds, one after the other.
    @Test func followsTheFramesSize() throws {
        for mode in Preprocessing.Mode.allCases {
            let wanted = Preprocessing(mode: mode, width: 13, height: 7)
            let preprocessor = try Preprocessor(wanted)
            for (width, height) in [(40, 30), (20, 10), (26, 14), (5, 60), (40, 30), (13, 7)] {
                for format in PixelFormat.allCases {
                    let picture = TestPicture(width: width, height: height, format: format)
                    #expect(try picture.withFrame { try preprocessor.tensor($0) } == picture.tensor(wanted))
                }
            }
        }
    }

    @Test(arguments: [
        Preprocessing(width: 0, height: 8), Preprocessing(width: 8, height: -1),
        Preprocessing(width: 16_385, height: 1),
        Preprocessing(width: 16_384, height: 16_384), Preprocessing(width: 8, height: 8, channels: 2),
        Preprocessing(width: 8, height: 8, pad: 256), Preprocessing(width: 8, height: 8, mean: SIMD3(0, .nan, 0)),
        Preprocessing(width: 8, height: 8, deviation: SIMD3(1, 1, 0)),
    ])
    func refuses(_ preprocessing: Preprocessing) { #expect(throws: Fault.self) { try Preprocessor(preprocessing) } }

    @Test func refusesFramesThatCannotBe() throws {
        let pixel: [UInt8] = [1, 2, 3]
        try pixel.withUnsafeBufferPointer { buffer in
            let start = try #require(buffer.baseAddress)
            for (width, height, stride) in [(0, 1, 3), (1, 0, 3), (20_000, 20_000, 60_000), (2, 1, 5), (1, 1, -3)] {
                #expect(throws: Fault.self) {
                    try FrameView(pixels: start, width: width, height: height, stride: stride, format: .rgb8)
                }
            }
        }
    }
}

@Suite struct GoldenPictureTests {
    @Test func followsItsFormula() {
        let pixels = GoldenPicture.pixels
        #expect(pixels.count == 640 * 480 * 3)
        #expect(Array(pixels[..<6]) == [0, 29, 58, 7, 36, 65])
        #expect(Int(pixels[(100 * 640 + 200) * 3 + 1]) == ((200 * 7 + 100 * 13 + 29) ^ ((200 * 100) >> 4)) & 255)
    }

    @Test func givesATensorsBytes() throws {
        let bytes = try GoldenPicture.tensorBytes(Preprocessing(width: 640, height: 480))
        #expect(bytes.count == 640 * 480 * 3 * 4)
        // 7 / 255 as float32, little-endian.
        #expect(Array(bytes[4..<8]) == [0xe1, 0xe0, 0xe0, 0x3c])
    }
}

@Suite struct PictureTests {
    @Test func keepsAFile() throws {
        let picture = try Picture(decoding: JPEGFixture.file, file: "part.jpg")
        #expect([picture.width, picture.height] == [32, 24])
        #expect(try picture.planes(width: 8, height: 6, channels: 1).count == 48)
    }

    @Test func namesAFileThatIsNone() {
        let fault = #expect(throws: Fault.self) { try Picture(decoding: [1], file: "part.jpg") }
        #expect(fault?.message.contains("part.jpg") == true)
    }
}
