import Core
import Images
import Testing

@Suite struct BitmapWriterTests {
    @Test(arguments: [
        TestPicture(width: 1, height: 1), TestPicture(width: 5, height: 3), TestPicture(width: 8, height: 2, gap: 13),
        TestPicture(width: 1, height: 4, format: .grey8), TestPicture(width: 7, height: 3, format: .grey8, gap: 1),
    ])
    func writesWhatItReads(_ picture: TestPicture) throws {
        let file = try picture.withFrame { frame in
            var file = [UInt8](repeating: 0xaa, count: BitmapWriter.byteCount(of: frame))
            let count = try file.withUnsafeMutableBytes { try BitmapWriter.write(frame, into: $0) }
            #expect(count == file.count)
            return file
        }
        let decoder = try FrameDecoder()
        try file.withUnsafeBytes {
            let frame = try decoder.decode($0, as: picture.format)
            #expect([frame.width, frame.height] == [picture.width, picture.height])
            #expect(frame.packedBytes == picture.packed)
        }
    }

    @Test func refusesAPlaceThatIsTooSmall() throws {
        try TestPicture(width: 5, height: 3).withFrame { frame in
            var file = [UInt8](repeating: 0, count: BitmapWriter.byteCount(of: frame) - 1)
            #expect(throws: Fault.self) { try file.withUnsafeMutableBytes { try BitmapWriter.write(frame, into: $0) } }
        }
    }
}
