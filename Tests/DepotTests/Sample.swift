import Core
import Crypto
import Depot

/// What the tests deploy.
enum Sample {
    static let left: Place = { (try? .station("left")) ?? .components }()
    static let right: Place = { (try? .station("right")) ?? .components }()

    static func digest(_ number: Int) -> SHA256Digest { SHA256.digest(of: [UInt8](repeating: UInt8(number), count: 4)) }

    static func deployment(
        _ targets: [Target], id: String = "d1", group: String = "thing/x", created: UInt64 = 1
    ) throws -> Deployment {
        var deployment = try Deployment(id: id, group: group, created: created, targets: targets)
        deployment.updatePolicy = .skip
        return deployment
    }

    /// Every line of a document is a digest and a length.
    static func references(_ document: [UInt8]) throws(Fault) -> [BlobReference] {
        var found: [BlobReference] = []
        for line in String(decoding: document, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count == 2, let digest = SHA256Digest(parsing: String(words[0])), let length = Int(words[1])
            else {
                throw Fault(.invalid, "not a document")
            }
            found.append(BlobReference(digest, length: length))
        }
        return found
    }
}

/// A release with two blobs of its own and one that all have.
struct SampleRelease {
    let blobs: [[UInt8]]
    let document: [UInt8]
    var digest: SHA256Digest { SHA256.digest(of: document) }
    var references: [BlobReference] { blobs.map { BlobReference(SHA256.digest(of: $0), length: $0.count) } }

    init(_ number: Int, bytes: Int = 100_000) {
        let own = (0..<bytes).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ number) }
        blobs = [own, [UInt8(number)], [7, 7, 7]]
        let lines = blobs.map { "\(SHA256.digest(of: $0)) \($0.count)\n" }.joined()
        document = Array(lines.utf8)
    }
}
