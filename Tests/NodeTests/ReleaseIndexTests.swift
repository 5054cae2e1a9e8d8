import Core
import Crypto
import Testing

@testable import Node

/// A release as one document.
@Suite struct ReleaseIndexTests {
    private static let digest = SHA256.digest(of: Array("x".utf8))

    private static func file(_ path: String) -> FileReference { FileReference(path: path, digest: digest, bytes: 1) }

    @Test func itIsReadAsItWasWritten() throws {
        let index = ReleaseIndex(
            name: "surface", version: "2",
            files: [Self.file("model.onnx"), Self.file("metadata.json"), Self.file("golden/1.png")])
        #expect(try ReleaseIndex(index.bytes) == index)
        #expect(try Document.references(of: index.bytes).count == 3)
    }

    @Test(arguments: ["../model.onnx", "/etc/passwd", "a//b", "a/./b", "a/../b", ""])
    func noFileLeavesTheReleasesFolder(_ path: String) {
        let text = #"""
            {"lineside": "release/1", "name": "n", "version": "1", "files": [
              {"path": "model.onnx", "sha256": "\#(Self.digest)", "bytes": 1},
              {"path": "metadata.json", "sha256": "\#(Self.digest)", "bytes": 1},
              {"path": "\#(path)", "sha256": "\#(Self.digest)", "bytes": 1}]}
            """#
        #expect(throws: Fault.self) { try ReleaseIndex(Array(text.utf8)) }
    }

    @Test func halfAReleaseIsRefused() {
        let index = ReleaseIndex(name: "n", version: "1", files: [Self.file("model.onnx")])
        #expect { try ReleaseIndex(index.bytes) } throws: { "\($0)".contains("metadata.json") }
    }

    /// The station hashes model and metadata; the node must come to the same from their digests.
    @Test func theStationsNameForItIsKnown() {
        let index = ReleaseIndex(name: "n", version: "1", files: [Self.file("model.onnx"), Self.file("metadata.json")])
        var sha = SHA256()
        sha.update(Self.digest.bytes)
        sha.update(Self.digest.bytes)
        #expect(index.stationDigest == "sha256:\(sha.finish())")
    }
}

/// Where a deployment's files come from survives a restart.
@Suite struct OriginsTests {
    @Test func itIsReadAsItWasWritten() {
        var origins = Origins()
        origins[SHA256.digest(of: [1])] = .file("/a b/c")
        origins[SHA256.digest(of: [2])] = .web("https://host/path?x=1")
        origins[SHA256.digest(of: [3])] = .target("surface/2/model.onnx")
        #expect(Origins(origins.datum) == origins)
        #expect(Origins(["nonsense": "file x", "\(SHA256.digest(of: [1]))": "ship x"]) == Origins())
    }
}
