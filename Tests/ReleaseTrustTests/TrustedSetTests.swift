import Core
import Crypto
import Testing

@testable import ReleaseTrust

@Suite struct TrustedSetTests {
    private static func refusal(_ body: () throws -> Void) -> Fault.Code? {
        do { try body() } catch { return (error as? Fault)?.code ?? Fault.Code(rawValue: "\(error)") }
        return nil
    }

    @Test func believesWhatIsSigned() throws {
        let set = try Repository().believed()
        #expect(set.targets?.version == 1 && set.snapshot?.version == 1 && set.timestamp?.version == 1)
    }

    struct RootCase: Sendable {
        let name: String
        var before = Repository.Holders(keys: [0])
        var after = Repository.Holders(keys: [0])
        var version = 2
        let signers: [Int]
        var refusal: Fault.Code?
    }

    @Test(arguments: [
        RootCase(name: "same key", signers: [0]),
        RootCase(name: "rotated, signed by both", after: .init(keys: [1]), signers: [0, 1]),
        RootCase(name: "rotated, not by the old", after: .init(keys: [1]), signers: [1], refusal: .unsigned),
        RootCase(name: "rotated, not by the new", after: .init(keys: [1]), signers: [0], refusal: .unsigned),
        RootCase(name: "by a stranger", signers: [4], refusal: .unsigned),
        RootCase(name: "by nobody", signers: [], refusal: .unsigned),
        RootCase(
            name: "a threshold", before: .init(keys: [0, 1, 2], threshold: 2),
            after: .init(keys: [0, 1, 2], threshold: 2), signers: [2, 0]),
        RootCase(
            name: "under the threshold", before: .init(keys: [0, 1, 2], threshold: 2),
            after: .init(keys: [0, 1, 2], threshold: 2),
            signers: [1], refusal: .unsigned),
        RootCase(
            name: "the old threshold counts too", before: .init(keys: [0, 1, 2], threshold: 2), after: .init(keys: [0]),
            signers: [0], refusal: .unsigned),
        RootCase(
            name: "and so does the new", after: .init(keys: [0, 1], threshold: 2), signers: [0], refusal: .unsigned),
        RootCase(name: "the same version again", version: 1, signers: [0], refusal: .rollback),
        RootCase(name: "a version left out", version: 3, signers: [0], refusal: .mixed),
        RootCase(name: "an RSA key", after: .init(keys: [7]), signers: [0, 7]),
    ])
    func followsRoots(_ wanted: RootCase) throws {
        var repository = Repository()
        repository.holders[.root] = wanted.before
        var set = try TrustedSet(root: try repository.root(), now: Repository.now)
        repository.holders[.root] = wanted.after
        repository.rootVersion = wanted.version
        let next = try repository.root(signers: wanted.signers)
        #expect(Self.refusal { try set.take(root: next) } == wanted.refusal)
        #expect(set.root.version == (wanted.refusal == nil ? 2 : 1))
    }

    @Test func aRootThatExpiredMayLeadOnButNotEnd() throws {
        var repository = Repository()
        repository.expiry = Repository.now - 1
        var set = try TrustedSet(root: try repository.root(), now: Repository.now)
        #expect(Self.refusal { try set.requireFreshRoot() } == .expired)
        repository.expiry = Repository.now + 1_000
        repository.rootVersion = 2
        try set.take(root: try repository.root())
        try set.requireFreshRoot()
    }

    @Test func oneKeyIsOneSignerWhateverItIsCalled() throws {
        var repository = Repository()
        let record = KeyRecord(Repository.key(2).publicKey)
        let alias = String(repeating: "0", count: 64)
        repository.odd = [
            (
                "keys",
                [
                    alias: record.datum, record.id: record.datum,
                    KeyRecord(Repository.key(0).publicKey).id: KeyRecord(Repository.key(0).publicKey).datum,
                ]
            ),
            (
                "roles",
                [
                    "root": ["keyids": [.text(KeyRecord(Repository.key(0).publicKey).id)], "threshold": 1],
                    "timestamp": ["keyids": [.text(alias), .text(record.id)], "threshold": 2],
                    "snapshot": ["keyids": [.text(record.id)], "threshold": 1],
                    "targets": ["keyids": [.text(record.id)], "threshold": 1],
                ]
            ),
        ]
        var set = try TrustedSet(root: try repository.root(), now: Repository.now)
        var draft = try MetadataDraft(Repository().timestamp(signers: []), name: "timestamp")
        try draft.sign(with: Repository.key(2), as: record.id)
        try draft.sign(with: Repository.key(2), as: alias)
        #expect(Self.refusal { _ = try set.take(timestamp: draft.bytes) } == .unsigned)
    }

    struct Attack: Sendable {
        let name: String
        /// What was believed before, and what is served now.
        var before: (@Sendable (inout Repository) -> Void) = { _ in }
        let now: @Sendable (inout Repository) -> Void
        let refusal: Fault.Code?
    }

    @Test(arguments: [
        Attack(name: "nothing new", now: { _ in }, refusal: nil),
        Attack(name: "a new timestamp", now: { $0.timestampVersion = 2 }, refusal: nil),
        Attack(
            name: "timestamp rollback", before: { $0.timestampVersion = 5 }, now: { $0.timestampVersion = 4 },
            refusal: .rollback),
        Attack(
            name: "snapshot rollback by timestamp", before: { $0.snapshotVersion = 5 },
            now: {
                $0.timestampVersion = 2; $0.snapshotVersion = 4
            }, refusal: .rollback),
        Attack(
            name: "targets rollback by snapshot", before: { $0.targetsVersion = 5 },
            now: {
                $0.timestampVersion = 2; $0.snapshotVersion = 2; $0.targetsVersion = 4
            }, refusal: .rollback),
        Attack(
            name: "a role that vanished", before: { $0.delegated = ["a": 1] },
            now: {
                $0.timestampVersion = 2; $0.snapshotVersion = 2
            }, refusal: .rollback),
        Attack(
            name: "freeze",
            now: {
                $0.timestampVersion = 2; $0.expiry = Repository.now
            }, refusal: .expired),
        Attack(
            name: "fast forward, keys rotated",
            before: {
                $0.timestampVersion = 99_999; $0.snapshotVersion = 99_999
            },
            now: {
                $0.rootVersion = 2
                $0.holders[.timestamp] = .init(keys: [4])
                $0.holders[.snapshot] = .init(keys: [5])
            }, refusal: nil),
        Attack(
            name: "signed by a rotated key", before: { _ in },
            now: {
                $0.rootVersion = 2
                $0.timestampVersion = 2
                $0.holders[.timestamp] = .init(keys: [4])
                $0.odd = []
            }, refusal: nil),
    ])
    func standsFirm(_ attack: Attack) throws {
        var repository = Repository()
        attack.before(&repository)
        let kept = (timestamp: repository.timestamp(), snapshot: repository.snapshot())
        let begin = try repository.root()
        var served = Repository()
        served.timestampVersion = repository.timestampVersion
        served.snapshotVersion = repository.snapshotVersion
        served.targetsVersion = repository.targetsVersion
        if attack.name.hasPrefix("fast forward") {
            served = Repository()
        }
        attack.now(&served)
        var set = try TrustedSet(root: begin, now: Repository.now)
        let refusal = Self.refusal {
            if served.rootVersion == 2 {
                let both = (served.holders[.root]?.keys ?? []) + [0]
                var root = served
                root.expiry = Repository.now + Repository.day
                try set.take(root: try root.root(signers: both))
            }
            try? set.recall(timestamp: kept.timestamp)
            _ = try set.take(timestamp: served.timestamp())
            if (try? set.recall(snapshot: kept.snapshot)) != true { try set.take(snapshot: served.snapshot()) }
            try set.take(targets: served.targets())
        }
        #expect(refusal == attack.refusal, "\(attack.name)")
    }

    @Test func mixAndMatch() throws {
        var repository = Repository()
        var set = try TrustedSet(root: try repository.root(), now: Repository.now)
        repository.snapshotVersion = 2
        _ = try set.take(timestamp: repository.timestamp())
        repository.snapshotVersion = 3
        let other = repository.snapshot()
        #expect(Self.refusal { try set.take(snapshot: other) } == .mixed)
        repository.snapshotVersion = 2
        try set.take(snapshot: repository.snapshot())
        repository.targetsVersion = 7
        let stranger = repository.targets()
        #expect(Self.refusal { try set.take(targets: stranger) } == .mixed)
        #expect(Self.refusal { _ = try set.wanted("nobody") } == .mixed)
    }

    @Test func lengthsAndDigests() throws {
        let repository = Repository()
        let targets = repository.targets()
        let digest = SHA256.digest(of: targets).description
        let wrong = String(repeating: "0", count: 64)
        for (facts, refusal): (DatumMap, Fault.Code?) in [
            (["length": .whole(targets.count), "hashes": ["sha256": .text(digest)]], nil),
            (["length": .whole(targets.count + 1)], .wrongDigest), (["hashes": ["sha256": .text(wrong)]], .wrongDigest),
            (["hashes": ["sha512": .text(wrong + wrong), "sha256": .text(digest)]], .wrongDigest),
            (["hashes": ["md5": "00"]], .wrongDigest), (["hashes": ["sha256": .text(digest), "md5": "00"]], nil),
        ] {
            var set = try TrustedSet(root: try repository.root(), now: Repository.now)
            _ = try set.take(timestamp: repository.timestamp())
            try set.take(snapshot: repository.snapshot(targetsFacts: facts))
            #expect(Self.refusal { try set.take(targets: targets) } == refusal, "\(facts.keys)")
        }
    }

    @Test func announcedLengthsHaveALimit() throws {
        let repository = Repository()
        var set = try TrustedSet(root: try repository.root(), now: Repository.now)
        _ = try set.take(timestamp: repository.timestamp(snapshotFacts: ["length": 1_000_000_000_000]))
        #expect(Self.refusal { _ = try set.wantedSnapshot() } == .tooLong)
    }

    /// Each is signed as it should be, and still not what the specification describes.
    @Test(
        arguments: [
            ("_type", "snapshot"), ("version", 0), ("version", "1"), ("version", nil), ("spec_version", "2.0.0"),
            ("expires", "2030-02-30T00:00:00Z"), ("expires", "tomorrow"), ("meta", [:]),
            ("meta", ["snapshot.json": ["version": -1]]),
            ("meta", ["snapshot.json": ["version": 1, "hashes": ["sha256": "xyz"]]]),
        ] as [(String, Datum)])
    func malformedTimestamps(_ name: String, _ value: Datum) throws {
        var repository = Repository()
        var set = try TrustedSet(root: try repository.root(), now: Repository.now)
        repository.odd = [(name, value)]
        let bytes = repository.timestamp()
        #expect(Self.refusal { _ = try set.take(timestamp: bytes) } == .malformed)
    }

    @Test(arguments: ["", "{", "[]", "{}", #"{"signed": {}, "signatures": []}"#, "null", "\u{FEFF}{}"])
    func whatIsNoMetadata(_ text: String) {
        #expect(Self.refusal { _ = try TrustedSet(root: Array(text.utf8), now: 0) } == .malformed)
    }

    @Test func unknownMembersAreSignedFor() throws {
        var repository = Repository()
        repository.odd = [("x-note", ["a": [1, "ü"]])]
        let bytes = repository.timestamp()
        var set = try TrustedSet(root: try Repository().root(), now: Repository.now)
        let changed = Array(String(decoding: bytes, as: UTF8.self).replacing("ü", with: "u").utf8)
        #expect(Self.refusal { _ = try set.take(timestamp: changed) } == .unsigned)
        #expect(try set.take(timestamp: bytes))
    }
}
