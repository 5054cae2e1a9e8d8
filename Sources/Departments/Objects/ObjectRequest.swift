internal import AWSProtocol
internal import Core
internal import HTTP

/// A request to the object store, taken apart: which bucket, which key, and what of them.
struct ObjectRequest: Sendable {
    let method: String
    let bucket: String
    let key: String
    /// The bucket, where the host named it.
    let hostBucket: String?
    /// Its path is text, percent-encoded.
    let isReadable: Bool
    let query: [(name: String, value: String)]
    /// Names in lower case.
    let fields: [String: String]

    init(method: String, rawPath: String, rawQuery: String, fields: [String: String]) {
        self.method = method
        // Keys are taken byte for byte: no segment is empty or special.
        let decoded = PercentText.strictlyDecoded(rawPath.dropFirst())
        isReadable = decoded != nil
        var path = decoded ?? ""
        hostBucket = Self.bucket(inHost: fields["host"] ?? "")
        if let hostBucket { path = hostBucket + "/" + path }
        let slash = path.firstIndex(of: "/") ?? path.endIndex
        bucket = String(path[..<slash])
        key = slash == path.endIndex ? "" : String(path[path.index(after: slash)...])
        let query = FormText.pairs(rawQuery)
        self.query = query
        let isSigned = Self.isOldStyle(query) || query.contains { $0.name == "X-Amz-Signature" }
        self.fields = isSigned ? Self.carried(query).merging(fields) { $1 } : fields
    }

    /// `BUCKET.localhost` and `BUCKET.s3.REGION.amazonaws.com`, as SDKs write it that are not told otherwise.
    static func bucket(inHost host: String) -> String? {
        let name = host.split(separator: ":").first.map { $0.lowercased() } ?? ""
        if name.hasSuffix(".localhost") { return String(name.dropLast(".localhost".count)) }
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard name.hasSuffix(".amazonaws.com"),
            let mark = parts.firstIndex(where: { $0 == "s3" || $0.hasPrefix("s3-") }), mark > 0
        else { return nil }
        return parts[..<mark].joined(separator: ".")
    }

    /// Signed after Version 2, in the query.
    static func isOldStyle(_ query: [(name: String, value: String)]) -> Bool {
        let names = Set(query.map(\.name))
        return names.contains("AWSAccessKeyId") && names.contains("Signature")
    }

    private static let proof: Set<String> = [
        "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-signature",
        "x-amz-security-token", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-trailer",
    ]

    /// Fields that a signed address carries for whoever follows it.
    private static func carried(_ query: [(name: String, value: String)]) -> [String: String] {
        let carried = query.map { ($0.name.lowercased(), $0.value) }.filter { name, _ in
            name == "content-type" || name == "content-md5" || name.hasPrefix("x-amz-") && !proof.contains(name)
        }
        return Dictionary(carried) { first, _ in first }
    }

    func parameter(_ name: String) -> String? { query.first { $0.name == name }?.value }
    func has(_ name: String) -> Bool { query.contains { $0.name == name } }
    func field(_ name: String) -> String? { fields[name] }

    var resource: String { key.isEmpty ? "/\(bucket)" : "/\(bucket)/\(key)" }
    var versionID: String? { parameter("versionId") }

    var arn: String {
        if bucket.isEmpty { return "*" }
        return "arn:aws:s3:::" + bucket + (key.isEmpty ? "" : "/" + key)
    }
}
