internal import Core
internal import Crypto
internal import Depot
internal import Files
internal import ReleaseTrust
internal import TrustKeeping
internal import WebClient

/// Where a station's releases come from: the signed repository, a bundle of it on a stick, or, where that is allowed, a folder.
struct ReleaseShelf {
    struct Found {
        let index: [UInt8]
        let origins: Origins
        var digest: SHA256Digest { SHA256.digest(of: index) }
    }

    private static let indexBytesMax = 1 << 20

    let client: ReleaseClient?
    let allowsUnsigned: Bool

    func find(_ name: String) throws(Fault) -> Found {
        if name.hasPrefix("/") || name.hasPrefix("./") { return try unsigned(name) }
        guard let client else {
            throw Fault(
                .notFound, "release \(name) is asked for, and this node knows no repository",
                hint: "set releases.repository and releases.root in its configuration, or bring a bundle")
        }
        return try signed(name, client)
    }

    /// Every file of a release is signed for by itself; the index says which belong together.
    private func signed(_ name: String, _ client: ReleaseClient) throws(Fault) -> Found {
        let target = try client.find("\(name)/\(ReleaseIndex.fileName)")
        let bytes = try client.read(target, bytesMax: Self.indexBytesMax)
        let index = try ReleaseIndex(bytes)
        var origins = Origins()
        for file in index.files {
            let part = try client.find("\(name)/\(file.path)")
            guard part.length == file.bytes, part.digests.sha256 == file.digest else {
                throw Fault(
                    .wrongDigest, "\(name)/\(file.path) is signed for with other bytes than its release names",
                    hint: "the release was published in part; publish it again as a whole")
            }
            origins[file.digest] = .target("\(name)/\(file.path)")
        }
        return Found(index: bytes, origins: origins)
    }

    private func unsigned(_ path: String) throws(Fault) -> Found {
        guard allowsUnsigned else {
            throw Fault(
                .invalid, "release \(path) is not signed",
                hint: "publish it (`lineside release`) and name it, or set releases.allow_unsigned on a node for trials"
            )
        }
        let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
        let index = try ReleaseIndex(folder: folder)
        var origins = Origins()
        for file in index.files { origins[file.digest] = .file("\(folder)/\(file.path)") }
        return Found(index: index.bytes, origins: origins)
    }
}
