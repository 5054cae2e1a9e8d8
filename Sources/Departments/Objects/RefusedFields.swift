internal import AWSProtocol
internal import Core
internal import Crypto

/// What a head may ask for that nobody here would do: a lock, a grant, a condition. Taken and forgotten it would be
/// believed, so it is refused by name. Fields that nobody knows yet are passed over.
enum RefusedFields {
    private static let names: Set<String> = [
        "x-amz-write-offset-bytes", "x-amz-server-side-encryption-aws-kms-key-id",
        "x-amz-server-side-encryption-context", "x-amz-if-match-last-modified-time", "x-amz-if-match-size",
        "x-amz-if-match-initiated-time",
    ]
    private static let beginnings = [
        "x-amz-server-side-encryption-customer-", "x-amz-copy-source-server-side-encryption-customer-",
        "x-amz-object-lock-",
    ]
    /// These change nothing with the values that are named, and are refused with others.
    private static let harmless = [
        "x-amz-bucket-object-lock-enabled": ["false"], "x-amz-bucket-namespace": ["global"],
    ]
    /// Everything is the account's, and private, whether it is asked for or not.
    private static let lists = ["private", "bucket-owner-full-control"]
    private static let conditions = ["if-match", "if-none-match", "if-modified-since", "if-unmodified-since"]
    private static let checksums = Set(
        ChecksumAlgorithm.allCases.map(\.fieldName)
            + ["x-amz-checksum-mode", "x-amz-checksum-type", "x-amz-checksum-algorithm"])

    static func check(_ request: ObjectRequest, _ operation: ObjectOperation) throws(ServiceProblem) {
        try checkAccessLists(request)
        for name in request.fields.keys.sorted() where isRefused(name, request.fields[name] ?? "") {
            throw ObjectProblem.notOffered(name)
        }
        let trailers = (request.field("x-amz-trailer") ?? "").split(separator: ",").map { $0.trimmed.lowercased() }
        if let name = trailers.first(where: isStrangeChecksum) { throw ObjectProblem.notOffered(name) }
        for name in ["x-amz-sdk-checksum-algorithm", "x-amz-checksum-algorithm"] {
            guard let word = request.field(name), ChecksumAlgorithm(rawValue: word.uppercased()) == nil else {
                continue
            }
            throw ObjectProblem.request("Checksum algorithm provided is unsupported: \(word.prefix(20))")
        }
        // In an address it would be no copy any more, but an empty object put in its place.
        if request.query.contains(where: { $0.name.lowercased() == CopySource.field }) {
            throw ObjectProblem.notOffered("\(CopySource.field) in a query")
        }
        guard !operation.onlyReads else { return }
        for name in conditions where request.field(name) != nil && !operation.conditions.contains(name) {
            throw ObjectProblem.notOffered("\(name) with \(operation.name)")
        }
    }

    private static func isRefused(_ name: String, _ value: String) -> Bool {
        names.contains(name) || beginnings.contains(where: name.hasPrefix) || isStrangeChecksum(name)
            || harmless[name]?.contains(value.lowercased()) == false
    }

    /// A checksum that is not computed here is not compared either.
    private static func isStrangeChecksum(_ name: String) -> Bool {
        name.hasPrefix("x-amz-checksum-") && !checksums.contains(name)
    }

    // > AccessControlListNotSupported: The bucket does not allow ACLs.
    // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html>
    private static func checkAccessLists(_ request: ObjectRequest) throws(ServiceProblem) {
        let list = request.field("x-amz-acl") ?? ""
        let grant = request.fields.keys.filter { $0.hasPrefix("x-amz-grant-") }.min()
        guard let what = lists.contains(list) || list.isEmpty ? grant : "x-amz-acl \(list.prefix(40))" else { return }
        throw ServiceProblem(
            "AccessControlListNotSupported", "The bucket does not allow ACLs: \(what). Policies say who may do what.")
    }
}
