import Core
import Crypto
import Depot
import Disk
import Files

/// A depot in a folder of its own, with whatever the test wants around it.
final class Workbench {
    let folder: String
    var settings = Depot.Settings()
    let line = SampleLine()
    let shop = SampleShop()
    var time: UInt64 = 0

    init() throws { folder = try FileAccess.temporaryFolder("lineside-depot") }
    deinit { FileAccess.remove(folder) }

    var root: String { folder + "/store" }

    func depot(on disk: any Disk = RealDisk()) throws -> Depot {
        var settings = settings
        settings.reserveBytes = 0
        return try Depot(root, on: disk, settings: settings, references: Sample.references)
    }

    func deployer(on disk: any Disk = RealDisk()) throws -> Deployer {
        let deployer = Deployer(try depot(on: disk), activator: line, source: shop, wall: { 77 })
        for target in deployer.standing { _ = try line.activate(target, in: deployer.depot) }
        return deployer
    }

    /// Turns until it is over, at most `turns` times; time goes on as it is asked to.
    func turn(_ deployer: Deployer, turns: Int = 3_000) {
        for _ in 0..<turns {
            switch deployer.turn(now: Instant(nanoseconds: time)) {
            case .again: continue
            case .wait(let until): time = until.nanoseconds
            case .idle: return
            }
        }
    }

    /// Hands in and turns to the end.
    @discardableResult
    func deploy(
        _ targets: [(Place, SampleRelease)], id: String, created: UInt64 = 1, with deployer: Deployer,
        _ change: (inout Deployment) -> Void = { _ in }
    ) throws -> DeploymentResult? {
        for (_, release) in targets { shop.stock(release) }
        var deployment = try Sample.deployment(targets.map { Target($0.0, $0.1.digest) }, id: id, created: created)
        change(&deployment)
        _ = try deployer.submit(deployment, documents: targets.map(\.1.document))
        turn(deployer)
        return deployer.depot.record.finished(id)?.result
    }

    /// Every file and folder of the depot but the lock.
    func tree(_ path: String? = nil, _ inside: String = "") throws -> Set<String> {
        var found: Set<String> = []
        for name in try FileAccess.names(in: path ?? root, hidden: true) where name != "lock" {
            let child = (path ?? root) + "/" + name
            found.insert(inside + name)
            if FileAccess.isFolder(child) { found.formUnion(try tree(child, inside + name + "/")) }
        }
        return found
    }
}

/// A line that does as the test says, and remembers what it ran.
final class SampleLine: Activator {
    var running: [Place: SHA256Digest] = [:]
    var log: [String] = []
    var sick: Set<SHA256Digest> = []
    var slow: Set<SHA256Digest> = []
    var unsigned: Set<SHA256Digest> = []

    func verify(_ target: Target, in depot: Depot) throws(Fault) {
        if let digest = target.digest, unsigned.contains(digest) { throw Fault(.invalid, "unsigned") }
    }
    func stage(_ target: Target, in depot: Depot) throws(Fault) -> Progress { .done }
    func quiesce(_ places: [Place]) throws(Fault) -> Consent { .granted }

    func activate(_ target: Target, in depot: Depot) throws(Fault) -> Progress {
        if let digest = target.digest {
            for blob in try depot.needs(of: digest) where !depot.isWhole(blob.digest) { throw Fault(.damaged, "torn") }
        }
        running[target.place] = target.digest
        log.append(target.place.description)
        return .done
    }

    func health(of place: Place) throws(Fault) -> Health {
        guard let digest = running[place] else { return .unhealthy("nothing runs") }
        return sick.contains(digest) ? .unhealthy("sick") : slow.contains(digest) ? .notYet : .healthy
    }
    func settled(_ finished: FinishedDeployment) { log.append(finished.result.rawValue) }
}

/// A source that breaks off when the test says so.
final class SampleShop: BlobSource {
    var blobs: [SHA256Digest: [UInt8]] = [:]
    /// Bytes until the link goes down; nil is never.
    var breaksAfter: Int?
    /// So many pieces each time, and then it comes back early; the last number counts from then on.
    var turns: [Int] = []
    var delivered = 0
    var offsets: [Int] = []

    func stock(_ release: SampleRelease) { for blob in release.blobs { blobs[SHA256.digest(of: blob)] = blob } }

    func deliver(_ blob: BlobReference, from offset: Int, to take: ([UInt8]) throws(Fault) -> Bool) throws(Fault) {
        guard let bytes = blobs[blob.digest] else { throw Fault(.notFound, "no blob \(blob.digest)") }
        offsets.append(offset)
        var place = offset
        var left = turns.first ?? .max
        if turns.count > 1 { turns.removeFirst() }
        while place < bytes.count {
            guard left > 0 else { return }
            left -= 1
            let piece = Array(bytes[place..<min(place + 10_000, bytes.count)])
            if let left = breaksAfter {
                guard left >= piece.count else {
                    breaksAfter = nil
                    throw Fault(.unavailable, "link down")
                }
                breaksAfter = left - piece.count
            }
            place += piece.count
            delivered += piece.count
            guard try take(piece) else { return }
        }
    }
}
