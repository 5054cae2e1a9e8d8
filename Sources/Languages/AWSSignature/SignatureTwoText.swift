internal import Crypto

/// What Signature Version 2 signs of a presigned request to S3.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html>
package struct SignatureTwoText: Hashable, Sendable, CustomStringConvertible {
    /// The parameters that name a part of an object or a bucket, or change the answer. The list is botocore's: another
    /// one would not see the same text.
    private static let covered: Set<Substring> = [
        "accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location",
        "logging", "metrics", "notification", "object-lock", "partNumber", "policy", "replication", "requestPayment",
        "response-cache-control", "response-content-disposition", "response-content-encoding",
        "response-content-language", "response-content-type", "response-expires", "restore", "select", "select-type",
        "storageClass", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
    ]

    package let description: String

    /// Whether a parameter of an address is a part of what was signed.
    package static func covers(_ parameter: String) -> Bool { covered.contains(parameter[...]) }

    /// `path`: with the bucket in front, also where the host names it. Nil for values that are written so that the same
    /// text would stand for another request too: nobody could say which of the two was signed.
    package init?(_ request: SignedRequest, expires: String, path: String) {
        let parameters = SignedQuery(request.query).parameters
        guard !parameters.contains(where: Self.hidesAnother) else { return nil }
        var lines = [request.method.uppercased()]
        lines.append(Self.value(of: "content-md5", request, parameters) ?? "")
        lines.append(Self.value(of: "content-type", request, parameters) ?? "")
        lines.append(expires)
        let names = request.fields.map { $0.name.lowercased() } + parameters.map { $0.name.lowercased() }
        for name in Set(names.filter { $0.hasPrefix("x-amz-") }).sorted() {
            lines.append("\(name):\(Self.value(of: name, request, parameters) ?? "")")
        }
        guard !lines.contains(where: { $0.utf8.contains(UInt8(ascii: "\n")) }) else { return nil }
        lines.append(path + Self.resource(parameters))
        description = lines.joined(separator: "\n")
    }

    /// The 20 bytes.
    package func signature(secret: String) -> [UInt8] { HMACSHA1.code(description, key: secret) }

    /// A field of the request, or the parameter that stands for it in an address. Where both are there the field counts,
    /// for it is what the request does.
    private static func value(
        of name: String, _ request: SignedRequest, _ parameters: [SignedQuery.Parameter]
    ) -> String? {
        let given = request.fields.filter { $0.name.lowercased() == name }.map(\.value)
        let stated = parameters.filter { $0.name.lowercased() == name }.compactMap(\.text)
        let values = (given.isEmpty ? stated : given).map(trimmed)
        return values.isEmpty ? nil : values.joined(separator: ",")
    }

    /// A covered value with another covered parameter inside, as in `partNumber=1%26uploadId%3D2`; a field's name with the
    /// mark that ends it.
    private static func hidesAnother(_ parameter: SignedQuery.Parameter) -> Bool {
        guard covered.contains(parameter.name) else {
            return parameter.name.lowercased().hasPrefix("x-amz-") && parameter.name.contains(":")
        }
        let parts = (parameter.text ?? "").split(separator: "&", omittingEmptySubsequences: false).dropFirst()
        return parts.contains { covered.contains($0.prefix { $0 != "=" }) }
    }

    private static func trimmed(_ value: String) -> String {
        let end = value.lastIndex { !$0.isWhitespace }.map { value.index(after: $0) } ?? value.startIndex
        return String(value[..<end].drop(while: \.isWhitespace))
    }

    /// The covered parameters in the order of their names, their values decoded.
    private static func resource(_ parameters: [SignedQuery.Parameter]) -> String {
        // Numbered, because equal names keep their order and `sorted` does not promise that.
        let found = parameters.filter { covered.contains($0.name) }.enumerated().sorted {
            ($0.element.name, $0.offset) < ($1.element.name, $1.offset)
        }
        let texts = found.map { $0.element.name + ($0.element.text.map { "=" + $0 } ?? "") }
        return texts.isEmpty ? "" : "?" + texts.joined(separator: "&")
    }
}
