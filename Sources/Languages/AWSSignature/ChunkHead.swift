internal import Core
internal import Crypto

/// The line before a chunk: `400` or `400;chunk-signature=...`.
struct ChunkHead {
    private static let mark = Array(";chunk-signature=".utf8)
    private static let digitsMax = 16
    let byteCount: Int
    /// Nil where chunks are not signed.
    let signature: SHA256Digest?

    init(_ line: [UInt8], number: Int, isSigned: Bool, max: Int) throws(ChunkRefusal) {
        let digits = line.prefix { $0 != UInt8(ascii: ";") }
        let rest = line.dropFirst(digits.count)
        byteCount = try Self.size(digits, of: line, max: max)
        guard isSigned else {
            guard rest.isEmpty else { throw Self.malformed(line) }
            signature = nil
            return
        }
        guard !rest.isEmpty else { throw .unsignedChunk(number) }
        let code = String(decoding: rest.dropFirst(Self.mark.count), as: UTF8.self)
        guard rest.starts(with: Self.mark), let signature = SHA256Digest(parsing: code) else {
            throw Self.malformed(line)
        }
        self.signature = signature
    }

    /// By hand: a number's own parser takes signs, and cannot tell what is too large from what is none.
    private static func size(_ digits: ArraySlice<UInt8>, of line: [UInt8], max: Int) throws(ChunkRefusal) -> Int {
        guard (1...digitsMax).contains(digits.count) else { throw malformed(line) }
        var size: UInt64 = 0
        for digit in digits {
            guard let value = Hexadecimal.value(digit) else { throw malformed(line) }
            size = size << 4 | UInt64(value)
        }
        guard size <= UInt64(max) else { throw .chunkTooLarge(max: max) }
        return Int(size)
    }

    private static func malformed(_ line: [UInt8]) -> ChunkRefusal {
        .malformedHead(String(decoding: line, as: UTF8.self))
    }
}
