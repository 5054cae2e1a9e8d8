import Core
import Crypto
import JSON

@testable import ReleaseTrust

/// A repository in memory whose every part a test can spoil.
struct Repository {
    static let now: Int64 = 1_800_000_000_000
    static let day: Int64 = 86_400_000

    /// One of a few keys that are made once: a test that states a number means that key.
    static func key(_ number: Int) -> PrivateKey { keys[number] }
    private static let keys = (0..<8).map { PrivateKey($0 == 7 ? .rsa : $0 % 2 == 0 ? .ed25519 : .ecdsa) }

    struct Holders {
        var keys: [Int]
        var threshold = 1
    }

    var rootVersion = 1
    var timestampVersion = 1
    var snapshotVersion = 1
    var targetsVersion = 1
    var expiry = now + 10 * day
    var holders: [TopRole: Holders] = [
        .root: Holders(keys: [0]), .timestamp: Holders(keys: [1]), .snapshot: Holders(keys: [2]),
        .targets: Holders(keys: [3]),
    ]
    var targets: Datum = [:]
    var delegations: Datum?
    var delegated: [String: Int] = [:]
    /// Members that replace those of the next document.
    var odd: [(String, Datum)] = []

    private func sign(_ draft: MetadataDraft, _ signers: [Int]) -> [UInt8] {
        var draft = draft
        for (name, value) in odd { draft.amend(name, value) }
        for signer in signers {
            let key = Self.key(signer)
            try? draft.sign(with: key, as: KeyRecord(key.publicKey).id)
        }
        return draft.bytes
    }

    private func draft(_ type: String, _ version: Int, _ members: [(String, Datum)]) -> MetadataDraft {
        MetadataDraft(type: type, version: version, expiry: Expiry(milliseconds: expiry), members)
    }

    func root(signers: [Int]? = nil) throws -> [UInt8] {
        let plan = try RootPlan { role throws(Fault) in
            let holders = self.holders[role] ?? Holders(keys: [])
            return RootPlan.Holders(
                keys: holders.keys.map { KeyRecord(Self.key($0).publicKey) }, threshold: holders.threshold)
        }
        return sign(draft("root", rootVersion, plan.members), signers ?? holders[.root]?.keys ?? [])
    }

    func timestamp(signers: [Int]? = nil, snapshotFacts: DatumMap = [:]) -> [UInt8] {
        var facts = snapshotFacts
        facts["version"] = .whole(snapshotVersion)
        let meta: Datum = ["snapshot.json": .map(facts)]
        return sign(
            draft("timestamp", timestampVersion, [("meta", meta)]), signers ?? holders[.timestamp]?.keys ?? [])
    }

    func snapshot(signers: [Int]? = nil, targetsFacts: DatumMap = [:]) -> [UInt8] {
        var facts = targetsFacts
        facts["version"] = .whole(targetsVersion)
        var meta: DatumMap = ["targets.json": .map(facts)]
        for (role, version) in delegated { meta["\(role).json"] = ["version": .whole(version)] }
        return sign(
            draft("snapshot", snapshotVersion, [("meta", .map(meta))]), signers ?? holders[.snapshot]?.keys ?? [])
    }

    func targets(signers: [Int]? = nil) -> [UInt8] {
        var members = [("targets", targets)]
        if let delegations { members.append(("delegations", delegations)) }
        return sign(draft("targets", targetsVersion, members), signers ?? holders[.targets]?.keys ?? [])
    }

    /// A role below, answering for these targets.
    func role(_ version: Int, _ targets: Datum, signers: [Int]) -> [UInt8] {
        sign(draft("targets", version, [("targets", targets)]), signers)
    }

    static func delegation(_ name: String, keys: [Int], paths: [String] = ["*"], isTerminating: Bool = false) -> Datum {
        [
            "name": .text(name), "keyids": .list(keys.map { .text(KeyRecord(key($0).publicKey).id) }), "threshold": 1,
            "terminating": .bool(isTerminating), "paths": .list(paths.map(Datum.text)),
        ]
    }

    static func delegations(_ roles: [Datum], keys: [Int]) -> Datum {
        var map = DatumMap()
        for number in keys {
            let record = KeyRecord(key(number).publicKey)
            map[record.id] = record.datum
        }
        return ["keys": .map(map), "roles": .list(roles)]
    }

    static let file: Datum = [
        "length": 3, "hashes": ["sha256": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
    ]

    /// What a client that has seen all of this believes.
    func believed() throws -> TrustedSet {
        var set = try TrustedSet(root: try root(), now: Self.now)
        _ = try set.take(timestamp: timestamp())
        try set.take(snapshot: snapshot())
        try set.take(targets: targets())
        return set
    }
}
