internal import AWSProtocol
internal import Core

/// What a request copies from, as its field names it: `bucket/key?versionId=id`.
struct CopySource: Hashable, Sendable {
    static let field = "x-amz-copy-source"

    let bucket: String
    let key: String
    let version: String?

    init(_ text: String) throws(ServiceProblem) {
        let path = Self.place(in: text)
        guard let slash = path.firstIndex(of: "/"), path.index(after: slash) < path.endIndex else {
            throw ObjectProblem.invalid("Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
        }
        (bucket, key) = (String(path[..<slash]), String(path[path.index(after: slash)...]))
        let query = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).dropFirst().first
        version = query.flatMap { FormText.pairs(String($0)).first { $0.name == "versionId" }?.value }
    }

    /// Bucket and key in one spelling: policies compare it.
    static func place(in text: String) -> String {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = FormText.decoded(parts.first ?? "", plusIsBlank: false)
        return path.hasPrefix("/") ? String(path.dropFirst()) : path
    }

    /// What policies may ask of it beside what they may ask of the request.
    func facts(of object: StoredObject?) -> [String: [String]] {
        // The version in the query, if there is one, is that of another object.
        var facts = ObjectFacts.existing(object?.tags ?? [])
        facts["s3:VersionId"] = version.map { [$0] } ?? []
        return facts
    }

    func actions(_ names: String...) -> [String] { names.map { ObjectOperation.action($0, version: version) } }
}
