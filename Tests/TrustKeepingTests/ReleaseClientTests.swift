import Core
import Crypto
import Files
import ReleasePublishing
import ReleaseTrust
import Testing

@testable import TrustKeeping

/// An owner, a node, and what may stand between them.
@Suite struct ReleaseClientTests {
    private static let day: Int64 = 86_400_000
    private static let now: Int64 = 1_800_000_000_000

    private static func within(_ body: (_ folder: String) throws -> Void) throws {
        let folder = try FileAccess.temporaryFolder("trust")
        defer { FileAccess.remove(folder) }
        try body(folder)
    }

    private static func owner(_ folder: String, at now: Int64 = now) throws -> ReleaseRepository {
        let repository = ReleaseRepository(folder + "/repository", now: now)
        if !FileAccess.isFolder(repository.folder.metadata) { _ = try repository.begin(ReleaseRepository.Beginning()) }
        return repository
    }

    private static func publish(_ repository: ReleaseRepository, _ files: [String: String] = [:]) throws {
        for (name, text) in files {
            let path = repository.folder.path + "/incoming"
            try FileAccess.write(Array(text.utf8), to: path)
            _ = try repository.add(path, as: try TargetName(parsing: name), role: "targets", custom: ["for": "line 4"])
        }
        _ = try repository.publish(with: try KeyRing(folder: repository.folder.keys, and: [], passphrase: nil))
    }

    private static func source(_ repository: ReleaseRepository) -> FolderSource {
        FolderSource(metadata: repository.folder.metadata, targets: repository.folder.targets)
    }

    private static func store(_ folder: String, _ repository: ReleaseRepository) throws -> MetadataStore {
        let store = MetadataStore(folder + "/node")
        if !FileAccess.isFile(store.folder + "/root.json") {
            try store.begin(root: try FileAccess.read(repository.folder.metadata + "/1.root.json"))
        }
        return store
    }

    private static func refusal(_ body: () throws -> Void) -> Fault.Code? {
        do { try body() } catch { return (error as? Fault)?.code ?? Fault.Code(rawValue: "\(error)") }
        return nil
    }

    @Test func whatWasPublishedArrives() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            try Self.publish(owner, ["line-4/model.onnx": "weights"])
            let client = ReleaseClient(try Self.store(folder, owner), Self.source(owner), wall: Self.now)
            let target = try client.find("line-4/model.onnx")
            #expect(target.length == 7 && target.custom == ["for": "line 4"] && target.role == "targets")
            try client.download(target, to: folder + "/model")
            #expect(try FileAccess.read(folder + "/model") == Array("weights".utf8))
            #expect(!FileAccess.isFile(folder + "/model.part"))
            #expect(try client.read(target, bytesMax: 7) == Array("weights".utf8))
            #expect(Self.refusal { _ = try client.read(target, bytesMax: 6) } == .tooLong)
            #expect(Self.refusal { _ = try client.find("line-4/other") } == .unlisted)
        }
    }

    @Test func aChangedFileIsRefusedAndLeavesNothing() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            try Self.publish(owner, ["m": "weights"])
            let client = ReleaseClient(try Self.store(folder, owner), Self.source(owner), wall: Self.now)
            let target = try client.find("m")
            for (text, code) in [("WEIGHTS", Fault.Code.wrongDigest), ("weights!", .tooLong), ("weigh", .wrongDigest)] {
                try FileAccess.write(Array(text.utf8), to: "\(owner.folder.targets)/\(target.path)")
                #expect(Self.refusal { try client.download(target, to: folder + "/m") } == code)
                #expect(Self.refusal { _ = try client.read(target, bytesMax: 100) } == code)
                #expect(!FileAccess.isFile(folder + "/m") && !FileAccess.isFile(folder + "/m.part"))
            }
        }
    }

    @Test func aDownloadThatWasCutGoesOn() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            try Self.publish(owner, ["m": "weights"])
            let client = ReleaseClient(try Self.store(folder, owner), Self.source(owner), wall: Self.now)
            for begun in ["wei", "xxx", "weights", "longer than it"] {
                try FileAccess.write(Array(begun.utf8), to: folder + "/m.part")
                try client.download(try client.find("m"), to: folder + "/m")
                #expect(try FileAccess.read(folder + "/m") == Array("weights".utf8))
                FileAccess.remove(folder + "/m")
            }
        }
    }

    /// A clock that was set back must not make expired metadata good again.
    @Test func aResetClockRevivesNothing() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            try Self.publish(owner)
            let store = try Self.store(folder, owner)
            let later = Self.now + 13 * Self.day
            try ReleaseClient(store, Self.source(owner), wall: later).refresh()
            let early = ReleaseClient(store, Self.source(owner), wall: Self.now - 1_000 * Self.day)
            try early.refresh()
            #expect(early.trustedNow == later)
            // A clock that ran ahead gets no further than the metadata are good for, and then leaves no mark.
            let ahead = ReleaseClient(store, Self.source(owner), wall: Self.now + 900 * Self.day)
            #expect(Self.refusal { try ahead.refresh() } == .expired)
            try ReleaseClient(store, Self.source(owner), wall: later).refresh()
        }
    }

    @Test func oldMetadataStayOld() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            try Self.publish(owner, ["m": "one"])
            let old = try FileAccess.read(owner.folder.metadata + "/timestamp.json")
            try Self.publish(owner, ["m": "two"])
            let store = try Self.store(folder, owner)
            try ReleaseClient(store, Self.source(owner), wall: Self.now).refresh()
            try FileAccess.write(old, to: owner.folder.metadata + "/timestamp.json")
            let client = ReleaseClient(store, Self.source(owner), wall: Self.now)
            #expect(Self.refusal { try client.refresh() } == .rollback)
        }
    }

    @Test func rotatedKeysAreFollowed() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            try Self.publish(owner, ["m": "one"])
            let store = try Self.store(folder, owner)
            try ReleaseClient(store, Self.source(owner), wall: Self.now).refresh()
            for role in TopRole.allCases {
                _ = try owner.rotate(role, ReleaseRepository.Rotation())
                try Self.publish(owner)
            }
            try ReleaseClient(store, Self.source(owner), wall: Self.now).refresh()
            #expect(try owner.published().root.version == 5)
        }
    }

    /// A publication that a power cut ended before its drafts were gone is not published twice.
    @Test func aDraftLeftBehindIsNoDraft() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            try Self.publish(owner, ["m": "one"])
            let path = owner.folder.draftPath("targets")
            try FileAccess.write(try FileAccess.read(owner.folder.metadata + "/1.targets.json"), to: path)
            let before = try FileAccess.read(owner.folder.metadata + "/1.targets.json")
            try Self.publish(owner)
            #expect(try owner.published().roles["targets"]?.version == 1)
            #expect(try FileAccess.read(owner.folder.metadata + "/1.targets.json") == before)
        }
    }

    @Test func whoLacksKeysPublishesNothing() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            try Self.publish(owner, ["m": "one"])
            _ = try owner.rotate(.targets, ReleaseRepository.Rotation())
            let before = try FileAccess.names(in: owner.folder.metadata)
            #expect(Self.refusal { _ = try owner.publish(with: KeyRing()) } == .unsigned)
            #expect(try FileAccess.names(in: owner.folder.metadata) == before)
        }
    }

    @Test func aRoleAnswersForItsPathsAlone() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            let key = PrivateKey(.ed25519)
            try owner.delegate(
                NewDelegation(role: "line-4", keys: [key.publicKey], paths: ["line-4/*"]), from: "targets")
            try FileAccess.write([1], to: folder + "/m")
            let add = { (name: String, role: String) in
                _ = try owner.add(folder + "/m", as: try TargetName(parsing: name), role: role, custom: nil)
            }
            try add("line-4/m", "line-4")
            #expect(Self.refusal { try add("line-5/m", "line-4") } == .invalid)
            #expect(Self.refusal { try add("line-5/m", "line-5") } == .notFound)
            var ring = try KeyRing(folder: owner.folder.keys, and: [], passphrase: nil)
            ring.add(key)
            _ = try owner.publish(with: ring)
            let client = ReleaseClient(try Self.store(folder, owner), Self.source(owner), wall: Self.now)
            #expect(try client.find("line-4/m").role == "line-4" && client.names() == ["line-4/m"])
        }
    }

    @Test func oneChangeAtATime() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            let lock = try FolderLock(owner.folder.path + "/draft")
            #expect(Self.refusal { try Self.publish(owner) } == .unavailable)
            lock.letGo()
            try Self.publish(owner)
        }
    }

    @Test func aBundleIsAsGoodAsANetwork() throws {
        try Self.within { folder in
            let owner = try Self.owner(folder)
            try Self.publish(owner, ["a/m": "weights", "b": "other"])
            let path = folder + "/bundle.tar"
            let contents = try ReleaseBundle.create(path, from: Self.source(owner), names: ["a/m"], wall: Self.now)
            #expect(contents.targets.map(\.name) == ["a/m"])
            let client = ReleaseClient(try Self.store(folder, owner), BundleSource(path), wall: Self.now)
            try client.download(try client.find("a/m"), to: folder + "/m")
            #expect(try FileAccess.read(folder + "/m") == Array("weights".utf8))
            let absent = try client.find("b")
            #expect(Self.refusal { try client.download(absent, to: folder + "/b") } == .notFound)
            // One byte changed is found, and a file cut short is no bundle.
            var bytes = try FileAccess.read(path)
            let timestamp = try #require(bytes.firstRange(of: Array("\"timestamp\",\"spec".utf8))?.lowerBound)
            bytes[timestamp + 1] ^= 1
            try FileAccess.write(bytes, to: path)
            let fooled = ReleaseClient(try Self.store(folder, owner), BundleSource(path), wall: Self.now)
            #expect(Self.refusal { try fooled.refresh() } == .malformed)
            try FileAccess.write(Array(bytes.prefix(700)), to: path)
            #expect(Self.refusal { try fooled.refresh() } != nil)
        }
    }
}
