import Crypto
import Testing

/// What others make of some bytes; Tests/Vectors/checksums.py prints the table.
struct ChecksumVector: Sendable, CustomTestStringConvertible {
    let count: Int
    let crc32: String
    let crc32c: String
    let crc64nvme: String
    let sha1: String
    let md5: String

    var testDescription: String { "\(count) bytes" }

    static let all = table.split(separator: "\n").compactMap { row in
        ChecksumVector(row.split(separator: " ").map(String.init))
    }

    private init?(_ columns: [String]) {
        guard columns.count == 6, let count = Int(columns[0]) else { return nil }
        self.count = count
        (crc32, crc32c, crc64nvme, sha1, md5) = (columns[1], columns[2], columns[3], columns[4], columns[5])
    }

    /// Looks random, and is the same each time.
    var bytes: [UInt8] {
        var state = UInt32(count)
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
    }

    func wanted(_ algorithm: ChecksumAlgorithm) -> String {
        switch algorithm {
        case .crc32: crc32
        case .crc32c: crc32c
        case .crc64nvme: crc64nvme
        case .sha1: sha1
        case .sha256: "\(SHA256.digest(of: bytes))"
        }
    }

    private static let table = """
        0 00000000 00000000 0000000000000000 da39a3ee5e6b4b0d3255bfef95601890afd80709 d41d8cd98f00b204e9800998ecf8427e
        1 fd6d930a 2fddd530 338558cc867b7f51 c4dd3c8cdd8d7c95603dd67f1cd873d5f9148b29 524a50782178998021a88b8cd4c8dcd8
        2 1245eeb3 26d88724 ed4ace1baa5795da c523c3d76090719e9383c1751d4b7eb8777293ac 1d46aa3b17bdf1ff9494f71eac8dee9c
        7 5c7bfa3d 1397dc5b 90e15b9119cf73ba aa7a2b1f40616957ffb038fecda12935266d794d ed4e958c40dce19212be9b18fda3db22
        8 9021f374 f8c63db1 7884e8e158531709 588486e6086cb1e5dd674bcbb5728ddbe3c279a8 40014e9693689b86b62f14742e0cb99c
        9 51219363 b3ffbdbc d769dd5763756b8f 57f5ef0cfd7a15506c26c3ca50450d9ea73d1d75 72e955cb9ddabbf122e64d8a3076c579
        15 bbd9e871 2be3351c 29b47de2ca889513 6feafc0726372b1992021fb40fa0aa5040a88cc2 c14f56182e5bdc2ba570097306b672f3
        16 9b92fa98 216a8aaf 77066b1b72105eea 84d1131e5052dafdee53ce59baaec265c2d4d1c9 32ba926cd3892c11262c24a6cf5db485
        63 e41c44c5 a41bd97a b03f156634b376e0 72d3e3725dd78d8b0f3fe40fe3760072aca72da4 24c291e22f962065b73ef0261dafe831
        64 08f80056 a72843cd 77c70b42af7f859b bfba9f752cafd60118ee9823458477fd6dd4defa d947920b0d8b96ae40c0da35b906957d
        65 4f02dd41 95097958 f629a851e31afacf 9a860ee8724cdbbc33859c6db56dead086feaa03 b2224f91576832b1ea70bd5b92681d58
        79 9af4e6e6 b2b5f7d6 3778272e83a5cb9c 05ad5c4a5b8c99639f7ca80c3c1244625468912f 18196455a34416cc0f9bf89d7c3ddc12
        80 06e682bd 88e3fe12 9d587a22a0db8bdc a2631f9a9c01894e8af7cc1d82ccca73f7d667b7 0bb076433c8923151b2c80da31e6a604
        127 5bda91e3 aed4447a f920114d23911391 6ba5fa103fd8f7e77e5cc25b906816332343af8d ed87293da696728a6028906fed7b962a
        128 96bc33ab d4e8839f 30a2a666a03e5bd2 6f039456fe4b08c7dfb485219046a00f7a1f2961 20e1c2115e7e2009fede106f4ef707b9
        129 360a547a db1a6a16 4639e34dd66fb9cf db37d7378d899cdd8c2b9d1336e7ea0d010dc915 4f447cfbeee4e18f5b43da69c28590b4
        1868 306f20f8 4f017b02 e2ba65ffe1c7d249 931ec37c7a72bb51591a8b6b8c82dc7a1dc95143 f08c36c2941ffcba169849aa492eaa5b
        2198 9e4fe320 5b31705d 101c9cb006e800c6 f2e3cd72c33d61061399c69f1751a5fd1df84a0a 16d061b4f7354ccf0cf2253d18b56337
        2324 93ef1938 bd2b42e3 c36c30d81b8bd68c fb7a0a6b07c7ca23df771c2e75bf561fce8b16b8 35bba45ab0b41065164c8ca111db550b
        2408 e32ada51 0dcc3233 199daea8c7932c22 c672fda1fbad053f68317ee5add6cec8efd7dc65 7952745d9bb472998b9570fba013ece8
        3618 f3955c9a af1a76b6 db55fd51408ba761 b0c144208417abce0178c9b143bdb6f0e28154eb 8fe5e7707cb5b9fc672e0d8b02a16749
        4941 1c64ea8f abc44116 ee67b38448ab8ae1 85a8d074859154b92964a54ebaa4a96e60541779 615d66f83f6813b8c5d28bc5ccb47689
        6463 5927ba8f b1c57823 6974aaf3fabf5953 9f2c5276f9de05046cee8693d9ec651571cc1819 ffe82f52107dd36b8d5a7b50280d2ebf
        6970 e158fa88 10d21f77 f2b5da86651746da d26048e2a31f8b19fcc9106a1c052a46697caaa1 c99a303a526428bd0b57078afd58323f
        7083 666bb95a 60ff6563 048fee9feb774c6e ddee115cc9f02bfa53538263425014c276f14d04 9670a9d2fd60d83f12a8c8538bdeeace
        7395 f30215e5 bdb20264 12e59f954bf8b04f df1c6f049ab648de69d8aa40f950c054a364b1f3 78c198fb0cd75fb74c5fdaaa2d38a529
        8635 1c5b2a2e 1fa64cb9 4cf186954823548d 08cac0e6721a0d052a7acaeb6d3d074b8a171108 dd5df11a26f13b62278f0000831cbf5f
        9713 2cd391e0 e41d0759 f1de615d42c316f0 fec03bd70020e57167fc9fce06765c9fe9f9a57e 144d3854e4821c9eb4802f90b3771ee1
        """
}
