import Core
import Images
import Testing

/// A BMP file byte by byte.
@Suite struct GreyBitmapTests {
    @Test func theBottomRowComesFirstAndRowsAreFilledUp() throws {
        let file = try BitmapWriter.file([1, 2, 3, 4, 5, 6], width: 3, height: 2, format: .grey8)
        #expect(file.count == 54 + 1_024 + 8)
        #expect(Array(file.suffix(8)) == [4, 5, 6, 0, 1, 2, 3, 0])
    }

    @Test func theHeaderSaysWhatFollows() throws {
        let file = try BitmapWriter.file(
            [UInt8](repeating: 9, count: 640 * 480), width: 640, height: 480, format: .grey8)
        func word(_ place: Int) -> Int { (0..<4).reduce(0) { $0 | Int(file[place + $1]) << (8 * $1) } }
        #expect(Array(file.prefix(2)) == Array("BM".utf8))
        #expect(word(2) == file.count && word(10) == 1_078 && word(14) == 40)
        #expect(word(18) == 640 && word(22) == 480)
        #expect(word(26) == 1 | 8 << 16 && word(34) == 640 * 480)
    }

    @Test func thePaletteIsGrey() throws {
        let file = try BitmapWriter.file([0], width: 1, height: 1, format: .grey8)
        for level in 0...255 {
            #expect(file[54 + level * 4] == UInt8(level) && file[54 + level * 4 + 2] == UInt8(level))
        }
    }
}
