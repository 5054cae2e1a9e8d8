internal import Crypto

/// What a signature is good for: one day, one region, one service.
package struct SigningScope: Hashable, Sendable, CustomStringConvertible {
    private static let end = "aws4_request"

    package let day: String
    package let region: String
    package let service: String

    package init(day: String, region: String, service: String) {
        self.day = day
        self.region = region
        self.service = service
    }

    package var description: String { "\(day)/\(region)/\(service)/\(Self.end)" }

    /// `KEYID/day/region/service/aws4_request`, as a request names its credential. A key id may hold slashes, a scope may not.
    package static func credential(parsing text: String) -> (keyID: String, scope: SigningScope)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count >= 5, parts.last == end, parts.suffix(5).allSatisfy({ !$0.isEmpty }) else { return nil }
        let tail = Array(parts.suffix(4))
        let keyID = parts.dropLast(4).joined(separator: "/")
        return (keyID, SigningScope(day: tail[0], region: tail[1], service: tail[2]))
    }

    /// The key that signs within this scope.
    func key(secret: String) -> SHA256Digest {
        let day = HMAC256.code(Array(self.day.utf8), key: Array("AWS4\(secret)".utf8))
        let region = HMAC256.code(self.region, key: day)
        return HMAC256.code(Self.end, key: HMAC256.code(service, key: region))
    }
}
