internal import Core
internal import Crypto

/// A request in the one form that both sides sign.
package struct CanonicalRequest: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// `signed`: names of the fields that the signature covers, in lower case and sorted.
    package init(_ request: SignedRequest, signed: [String], service: String) {
        let fields = signed.map { name in "\(name):\(Self.folded(request, name))\n" }.joined()
        description = [
            request.method.uppercased(), Self.path(request.path, service), Self.query(request.query), fields,
            signed.joined(separator: ";"), request.payload.text,
        ].joined(separator: "\n")
    }

    /// What is signed in the end.
    package func stringToSign(at time: SigningTime, _ scope: SigningScope) -> String {
        let digest = SHA256.digest(of: Array(description.utf8))
        return "\(AWSSigner.algorithm)\n\(time)\n\(scope)\n\(digest)"
    }

    package func signature(at time: SigningTime, _ scope: SigningScope, secret: String) -> String {
        HMAC256.code(stringToSign(at: time, scope), key: scope.key(secret: secret)).description
    }

    /// S3 names objects by their path, byte for byte. All others have it put in order, and encoded once more.
    private static func path(_ path: String, _ service: String) -> String {
        guard service != "s3" else { return path.isEmpty ? "/" : path }
        return PercentText.encoded(normalised(path), keepingSlash: true)
    }

    /// Without empty segments, `.` and `..`. <https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4>
    private static func normalised(_ path: String) -> String {
        var kept: [Substring] = []
        for segment in path.split(separator: "/") where segment != "." {
            if segment == ".." { _ = kept.popLast() } else { kept.append(segment) }
        }
        return "/" + kept.joined(separator: "/") + (path.hasSuffix("/") && !kept.isEmpty ? "/" : "")
    }

    private static func query(_ query: String) -> String {
        let pairs = query.split(separator: "&").map { pair in
            let mark = pair.firstIndex(of: "=")
            let name = PercentText.encoded(PercentText.decoded(pair[..<(mark ?? pair.endIndex)].utf8))
            let value = mark.map { PercentText.encoded(PercentText.decoded(pair[pair.index(after: $0)...].utf8)) } ?? ""
            return (name, value)
        }
        return pairs.sorted { $0 < $1 }.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }

    /// A field's values, each without surrounding blanks and with single ones inside.
    private static func folded(_ request: SignedRequest, _ name: String) -> String {
        request.fields.filter { $0.name.lowercased() == name }.map { field in
            field.value.split { $0.isASCII && $0.isWhitespace }.joined(separator: " ")
        }.joined(separator: ",")
    }
}
