import Core

/// A real JPEG of 32 x 24 pixels (4:2:0): red grows to the right, green downwards, blue with both.
enum JPEGFixture {
    static let width = 32
    static let height = 24
    static let file: [UInt8] = bytes(
        """
        ffd8ffe000104a46494600010100000100010000ffdb0043000d090a0b0a080d0b0a0b0e0e0d0f13201513121213271c1e17
        202e2931302e292d2c333a4a3e333646372c2d405741464c4e525352323e5a615a50604a51524fffdb0043010e0e0e131113
        261515264f352d354f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f4f
        4f4f4f4f4f4f4f4fffc00011080018002003012200021101031101ffc4001f00000105010101010101000000000000000001
        02030405060708090a0bffc400b5100002010303020403050504040000017d01020300041105122131410613516107227114
        328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a434445464748494a53545556
        5758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5
        b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffc4001f010003
        0101010101010101010000000000000102030405060708090a0bffc400b51100020102040403040705040400010277000102
        031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f11718191a262728292a35
        363738393a434445464748494a535455565758595a636465666768696a737475767778797a82838485868788898a92939495
        969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9ea
        f2f3f4f5f6f7f8f9faffda000c03010002110311003f00e121b3f6abd0d9fb568c367ed57a1b3f6a88cccf0b8c33a1b3f6ab
        d0d9fb568c367ed57a1b3f6ada333e8b0b8c2a4367ed57a1b3f6a28af3e2d9f9de16ac8bd0d9fb55e86cfda8a2b68b67d0e1
        6ac8ffd9
        """)

    /// The same file, declaring another size: in the frame header, after its marker, length and precision.
    static func declaring(width: Int, height: Int) -> [UInt8] {
        var file = Self.file
        guard let frame = file.indices.dropLast().first(where: { file[$0] == 0xff && file[$0 + 1] == 0xc0 }) else {
            return []
        }
        file.replaceSubrange(
            frame + 5..<frame + 9,
            with: [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)])
        return file
    }

    /// The same file, with an EXIF segment that says how the camera was held.
    static func held(_ orientation: UInt8) -> [UInt8] {
        let exif: [UInt8] =
            Array("Exif\0\0MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]
        return Array(file[..<2]) + [0xff, 0xe1, 0, UInt8(exif.count + 2)] + exif + Array(file[2...])
    }

    private static func bytes(_ text: String) -> [UInt8] {
        let digits = text.utf8.filter { $0 > 0x20 }.map { $0 < 0x40 ? $0 - 0x30 : $0 - 0x57 }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}
