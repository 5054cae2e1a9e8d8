internal import AWSProtocol
internal import Core
internal import Crypto

/// What is computed of a body as it comes, and what it was said to be.
struct BodyDigests: ~Copyable {
    private let wantedMD5: String?
    private let wantedSHA: String?
    private let request: ObjectRequest
    /// The algorithm that the client named, and the value in its head; a value may come behind the body instead.
    private let algorithm: ChecksumAlgorithm?
    private let wantedChecksum: String?
    private var md5: MD5? = MD5()
    private var sha: SHA256? = nil
    private var checksum: Checksum? = nil
    private(set) var count = 0
    /// In hexadecimal digits.
    private(set) var etag = ""
    /// Name and value, as header fields and documents have them.
    private(set) var found: (algorithm: ChecksumAlgorithm, value: String)?

    init(_ request: ObjectRequest) {
        self.request = request
        wantedMD5 = request.field("content-md5")
        let declared = request.field("x-amz-content-sha256")
        wantedSHA = declared.flatMap { SHA256Digest(parsing: $0) == nil ? nil : $0 }
        // What ends an upload tells the checksum of the object, not that of its own document.
        let isOfBody = !(request.method == "POST" && request.has("uploadId"))
        let named = isOfBody ? ChecksumAlgorithm.allCases.first { request.field($0.fieldName) != nil } : nil
        let trailing = (request.field("x-amz-trailer") ?? "").split(separator: ",").compactMap { name in
            ChecksumAlgorithm.allCases.first { $0.fieldName == name.trimmed.lowercased() }
        }.first
        let said = (request.field("x-amz-sdk-checksum-algorithm") ?? request.field("x-amz-checksum-algorithm"))
            .flatMap { ChecksumAlgorithm(rawValue: $0.uppercased()) }
        algorithm = named ?? trailing ?? said
        wantedChecksum = named.flatMap { request.field($0.fieldName) }
        if wantedSHA != nil { sha = SHA256() }
        if let algorithm { checksum = Checksum(algorithm) }
    }

    /// Values that cannot be right, before any body.
    func check() throws(ServiceProblem) {
        if let wantedMD5, Base64.bytes(wantedMD5)?.count != 16 { throw ObjectProblem.invalidDigest }
        if let wantedChecksum, let algorithm { try Self.check(wantedChecksum, algorithm) }
        if let promised = request.field("x-amz-sdk-checksum-algorithm"), wantedChecksum == nil,
            request.field("x-amz-trailer") == nil
        {
            throw ObjectProblem.request(
                "x-amz-sdk-checksum-algorithm is \(promised.prefix(20)), and no checksum of that kind came with it.")
        }
        let given = ChecksumAlgorithm.allCases.filter { request.field($0.fieldName) != nil }
        guard given.count <= 1 else {
            throw ObjectProblem.request(
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
        }
    }

    private static func check(_ value: String, _ algorithm: ChecksumAlgorithm) throws(ServiceProblem) {
        guard let bytes = Base64.bytes(value), bytes.count == algorithm.byteCount, Base64.text(bytes) == value else {
            throw ObjectProblem.request("Value for \(algorithm.fieldName) header is invalid.")
        }
    }

    mutating func update(_ data: UnsafeRawBufferPointer) {
        count += data.count
        unsafe md5?.update(data)
        unsafe sha?.update(data)
        unsafe checksum?.update(data)
    }

    mutating func finish(trailers: [String: String]) throws(ServiceProblem) {
        let digest = md5.take()?.finish() ?? []
        etag = Hexadecimal.text(digest)
        if let wantedMD5, Base64.bytes(wantedMD5) != digest { throw ObjectProblem.badDigest }
        if let wantedSHA, var made = sha.take(), made.finish().description != wantedSHA.lowercased() {
            throw ServiceProblem(
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.")
        }
        guard let algorithm, let made = checksum.take()?.finish() else { return }
        let value = Base64.text(made)
        found = (algorithm, value)
        guard let wanted = wantedChecksum ?? trailers[algorithm.fieldName] else { return }
        try Self.check(wanted, algorithm)
        guard Base64.bytes(wanted) == made else { throw ObjectProblem.badDigest }
    }
}

extension ChecksumAlgorithm {
    var fieldName: String { "x-amz-checksum-" + rawValue.lowercased() }
    /// As documents have it.
    var elementName: String { "Checksum" + rawValue }
}

extension StringProtocol {
    var trimmed: String {
        var text = self[...]
        while text.first?.isWhitespace ?? false { text.removeFirst() }
        while text.last?.isWhitespace ?? false { text.removeLast() }
        return String(text)
    }
}
