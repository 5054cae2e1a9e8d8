internal import AWSProtocol
internal import Core
internal import HTTP

/// A request to the object store, taken apart: which bucket, which key, and what of them.
struct ObjectRequest: Sendable {
    let method: String
    let place: StoreHosts.Place
    let bucket: String
    let key: String
    /// Its path is text, percent-encoded.
    let isReadable: Bool
    let query: [(name: String, value: String)]
    /// What the query asks for: neither proof of who asks, nor a field in its place.
    let asks: [String]
    /// Names in lower case.
    let fields: [String: String]

    init(method: String, rawPath: String, rawQuery: String, fields: [String: String], hosts: StoreHosts) {
        self.method = method
        // Keys are taken byte for byte: no segment is empty or special.
        let decoded = PercentText.strictlyDecoded(rawPath.dropFirst())
        isReadable = decoded != nil
        let path = decoded ?? ""
        place = hosts.place(of: fields["host"] ?? "")
        if case .bucket(let name) = place {
            (bucket, key) = (name, path)
        } else {
            let slash = path.firstIndex(of: "/") ?? path.endIndex
            bucket = String(path[..<slash])
            key = slash == path.endIndex ? "" : String(path[path.index(after: slash)...])
        }
        let query = FormText.pairs(rawQuery)
        let isOld = Self.isOldStyle(query)
        let isSigned = isOld || query.contains { $0.name == "X-Amz-Signature" }
        self.query = query
        self.fields = isSigned ? Self.carried(query).merging(fields) { $1 } : fields
        asks = query.map(\.name).filter { name in
            !(name.isEmpty || Self.isPassedOver(name) || isOld && Self.oldProof.contains(name)
                || isSigned && Self.contentFields.contains(name.lowercased()))
        }
    }

    /// The bucket, where the host named it.
    var hostBucket: String? {
        if case .bucket(let name) = place { name } else { nil }
    }

    /// Signed after Version 2, in the query.
    static func isOldStyle(_ query: [(name: String, value: String)]) -> Bool {
        let names = Set(query.map(\.name))
        return names.contains("AWSAccessKeyId") && names.contains("Signature")
    }

    // > Amazon S3 ignores query-string parameters that begin with x-, but includes those parameters in the access log
    // > record <https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html>
    /// The proof of Version 4, and `x-id` of some SDKs, begin so too.
    private static func isPassedOver(_ name: String) -> Bool { name.lowercased().hasPrefix("x-") }

    private static let oldProof: Set<String> = ["AWSAccessKeyId", "Signature", "Expires"]
    private static let contentFields: Set<String> = ["content-type", "content-md5"]
    private static let proof: Set<String> = [
        "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-signature",
        "x-amz-security-token", "x-amz-content-sha256", "x-amz-copy-source", "x-amz-trailer",
    ]

    /// Fields that a signed address carries for whoever follows it.
    private static func carried(_ query: [(name: String, value: String)]) -> [String: String] {
        let carried = query.map { ($0.name.lowercased(), $0.value) }.filter { name, _ in
            contentFields.contains(name) || name.hasPrefix("x-amz-") && !proof.contains(name)
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

    /// What was asked for, for whoever does not have it.
    var wanted: String {
        let what = asks.isEmpty ? "" : "?" + asks.joined(separator: "&").prefix(120)
        return "\(method) \(bucket.isEmpty ? "/" : key.isEmpty ? "/BUCKET" : "/BUCKET/KEY")\(what)"
    }
}
