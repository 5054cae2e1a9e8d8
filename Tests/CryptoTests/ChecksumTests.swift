import CChecksum
import Core
import Testing

@testable import Crypto

@Suite struct ChecksumTests {
    /// Each with each.
    @Test(arguments: ChecksumVector.all, ChecksumAlgorithm.allCases)
    func agreesWithOthers(_ vector: ChecksumVector, _ algorithm: ChecksumAlgorithm) {
        let found = Checksum.of(vector.bytes, algorithm)
        #expect(Hexadecimal.text(found) == vector.wanted(algorithm) && found.count == algorithm.byteCount)
    }

    @Test func theTableIsWhole() { #expect(ChecksumVector.all.count == 28) }

    /// The check value of each code, from the catalogue of parametrised CRC algorithms.
    @Test(arguments: [
        (ChecksumAlgorithm.crc32, "cbf43926"), (.crc32c, "e3069283"), (.crc64nvme, "ae8b14860a799888"),
    ])
    func hasTheKnownCheckValue(_ testCase: (algorithm: ChecksumAlgorithm, value: String)) {
        #expect(Hexadecimal.text(Checksum.of(Array("123456789".utf8), testCase.algorithm)) == testCase.value)
    }

    @Test(arguments: ChecksumAlgorithm.allCases) func takesPiecesOfAnySize(_ algorithm: ChecksumAlgorithm) {
        let bytes = ChecksumVector.all.first { $0.count == 129 }?.bytes ?? []
        let whole = Checksum.of(bytes, algorithm)
        #expect(bytes.count == 129)
        for split in 0...bytes.count {
            var checksum = Checksum(algorithm)
            checksum.update(Array(bytes[..<split]))
            checksum.update([])
            checksum.update(Array(bytes[split...]))
            #expect(checksum.finish() == whole, "split at \(split)")
        }
    }

    /// Blocks are loaded from anywhere.
    @Test(arguments: ChecksumAlgorithm.allCases) func takesBytesFromAnyAddress(_ algorithm: ChecksumAlgorithm) {
        let bytes = (0..<300).map { UInt8(truncatingIfNeeded: $0 * 7) }
        for start in 0..<16 {
            var checksum = Checksum(algorithm)
            bytes.withUnsafeBytes { checksum.update(UnsafeRawBufferPointer(rebasing: $0[start...])) }
            #expect(checksum.finish() == Checksum.of(Array(bytes[start...]), algorithm))
        }
    }

    /// A processor that does not multiply gives the same answers.
    @Test(arguments: ChecksumAlgorithm.allCases.filter { $0.code != nil })
    func theTablesAloneAgree(_ algorithm: ChecksumAlgorithm) throws {
        let code = try #require(algorithm.code)
        for vector in ChecksumVector.all {
            let bytes = vector.bytes
            let check = ls_crc_update_portable(code, 0, bytes, bytes.count)
            #expect(check == ls_crc_update(code, 0, bytes, bytes.count))
            #expect(String(check, radix: 16) == String(vector.wanted(algorithm).drop { $0 == "0" }) || check == 0)
        }
    }
}

@Suite struct ChecksumCombineTests {
    static let codes: [ChecksumAlgorithm] = [.crc32, .crc32c, .crc64nvme]

    @Test(arguments: codes) func isThatOfTheWhole(_ algorithm: ChecksumAlgorithm) throws {
        let bytes = try #require(ChecksumVector.all.last { $0.count > 1000 }).bytes
        let whole = Checksum.of(bytes, algorithm)
        for split in Array(0...130) + [999, bytes.count - 1, bytes.count] {
            let first = Checksum.of(Array(bytes[..<split]), algorithm)
            let second = Checksum.of(Array(bytes[split...]), algorithm)
            let found = Checksum.combine(algorithm, first, second, secondByteCount: bytes.count - split)
            #expect(found == whole, "split at \(split)")
        }
    }

    /// Three parts, as an upload has them.
    @Test(arguments: codes) func partsAreCombinedOneByOne(_ algorithm: ChecksumAlgorithm) throws {
        let parts = ChecksumVector.all.suffix(3).map(\.bytes)
        var sum = Checksum.of([], algorithm)
        for part in parts {
            let next = Checksum.of(part, algorithm)
            sum = try #require(Checksum.combine(algorithm, sum, next, secondByteCount: part.count))
        }
        #expect(sum == Checksum.of(Array(parts.joined()), algorithm))
    }

    /// zlib's crc32_combine of the two with so many bytes behind.
    @Test func sizesMayBeLarge() {
        let found = Checksum.combine(
            .crc32, [0xcb, 0xf4, 0x39, 0x26], [0x12, 0x34, 0x56, 0x78], secondByteCount: 5 << 40)
        #expect(found.map(Hexadecimal.text) == "db780243")
    }

    @Test(arguments: [ChecksumAlgorithm.sha1, .sha256]) func digestsCannotBe(_ algorithm: ChecksumAlgorithm) {
        let digest = Checksum.of([], algorithm)
        #expect(Checksum.combine(algorithm, digest, digest, secondByteCount: 0) == nil)
    }

    @Test(arguments: [([UInt8](), 4, 0), ([1, 2, 3], 4, 0), ([1, 2, 3, 4], 5, 0), ([1, 2, 3, 4], 4, -1)])
    func refusesOtherLengths(_ testCase: (first: [UInt8], second: Int, bytes: Int)) {
        let second = [UInt8](repeating: 1, count: testCase.second)
        #expect(Checksum.combine(.crc32, testCase.first, second, secondByteCount: testCase.bytes) == nil)
    }
}
