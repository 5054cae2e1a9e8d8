internal import Core
internal import Crypto

/// The fields behind the last chunk, and the signature behind them.
struct ChunkTrailers {
    static let signatureName = "x-amz-trailer-signature"
    private(set) var fields: [SignedRequest.Field] = []
    private(set) var signature: SHA256Digest?
    private var byteCount = 0
    private var endedBare = false

    /// How long the next line may be.
    func room(_ max: Int) -> Int { Swift.max(0, max - byteCount) }

    /// Whether the line was the last one.
    mutating func add(_ line: ChunkLine.Ended, _ check: borrowing ChunkCheck) throws(ChunkRefusal) -> Bool {
        byteCount += line.text.count + 2
        guard !line.isEmpty else {
            // minio-go ends each trailer with a line feed alone, and puts a whole line end behind all of them.
            guard endedBare, line.hasReturn else { return true }
            endedBare = false
            return false
        }
        endedBare = !line.hasReturn
        let field = try Self.field(line.text)
        guard check.mayHaveTrailers else { throw .unexpectedTrailer(field.name) }
        if check.isSigned, field.name == Self.signatureName, signature == nil {
            guard let code = SHA256Digest(parsing: field.value) else { throw .wrongTrailerSignature }
            signature = code
            return false
        }
        guard signature == nil, field.name != Self.signatureName else { throw .unexpectedTrailer(field.name) }
        guard !fields.contains(where: { $0.name == field.name }) else { throw .repeatedTrailer(field.name) }
        fields.append(field)
        return false
    }

    /// What the signature is of.
    var digest: SHA256Digest { Self.digest(of: fields) }

    static func digest(of fields: [SignedRequest.Field]) -> SHA256Digest {
        SHA256.digest(of: Array(fields.map { "\($0.name.lowercased()):\($0.value)\n" }.joined().utf8))
    }

    private static func field(_ line: [UInt8]) throws(ChunkRefusal) -> SignedRequest.Field {
        let name = line.prefix { $0 != UInt8(ascii: ":") }
        let value = line.dropFirst(name.count + 1)
        guard !name.isEmpty, name.count < line.count, name.allSatisfy(PercentText.isPlain),
            value.allSatisfy(isPrintable)
        else {
            throw .malformedTrailer(String(decoding: line, as: UTF8.self))
        }
        let bare = value.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        return SignedRequest.Field(
            String(decoding: name, as: UTF8.self).lowercased(), String(decoding: Array(bare), as: UTF8.self))
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    private static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7e).contains(byte) || isBlank(byte) }
}
