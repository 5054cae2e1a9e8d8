package import Core
internal import Crypto
internal import Depot
internal import Disk

/// What a machine does while its power is really cut: deploys for ever, always the same release to all places, and says what has come to
/// stay. Whoever reads the lines knows what must be found after the next start.
package final class PowerCutWorkload {
    private static let places: [Place] = [.components] + ["left", "right"].compactMap { try? Place.station($0) }
    private static let group = "thing/workload"
    private static let rememberedMax = 20

    private let root: String
    private let say: (String) -> Void
    private let disk = RealDisk()
    private let line = ProofLine(StepCounter())
    private let deployer: Deployer
    private var chance: Chance
    private var time: UInt64 = 0

    /// Starts the node, and says what it finds.
    package init(_ root: String, seed: UInt64, say: @escaping (String) -> Void) throws(Fault) {
        self.root = root
        self.say = say
        chance = Chance(seed)
        var settings = Depot.Settings()
        settings.reserveBytes = 0
        settings.flushBytes = 64 << 10
        let depot = try Depot(root, on: disk, settings: settings, references: ProofRelease.references)
        deployer = Deployer(depot, activator: line, source: ProofShop(breaksAfter: nil))
    }

    /// The first look after a cut, and what was under way brought to its end.
    package func recover() throws(Fault) {
        let record = deployer.depot.record
        say("found edition \(record.edition)")
        for finished in record.history.suffix(Self.rememberedMax) {
            say("remembers \(finished.id) \(finished.result.rawValue)")
        }
        if let running = record.running { say("running \(running.deployment.id)") }
        lookForHalves(record)
        for target in deployer.standing { _ = try line.activate(target, in: deployer.depot) }
        turn()
        try look()
        say("recovered")
    }

    /// One deployment after the other; some are sick, some are forged, some are cancelled.
    package func run() throws(Fault) {
        while true { try deployOnce() }
    }

    package func deployOnce() throws(Fault) {
        let created = (deployer.depot.record.groups[Self.group] ?? 0) + 1
        let roll = Int.random(in: 0..<10, using: &chance)
        let nature: ProofRelease.Nature = roll < 6 ? .sound : roll < 8 ? .sick : roll < 9 ? .forged : .unsigned
        let release = ProofRelease(nature, Int.random(in: ProofRelease.heavy..<9, using: &chance))
        var deployment = try Deployment(
            id: "order-\(created)", group: Self.group, created: created,
            targets: Self.places.map { Target($0, release.digest) })
        deployment.takesHeld = true
        deployment.updatePolicy = .skip
        if try deployer.submit(deployment, documents: [release.document]) == .accepted {
            say("accepted \(deployment.id)")
        }
        if Int.random(in: 0..<8, using: &chance) == 0 { deployer.cancellation.ask() }
        turn()
        try look()
    }

    private func turn() {
        let running = deployer.plan?.deployment.id
        while true {
            switch deployer.turn(now: Instant(nanoseconds: time)) {
            case .wait(let until): time = until.nanoseconds
            case .idle: return
            case .again:
                guard let running, deployer.plan == nil, line.settledResult != nil else { continue }
                tellEnd(running)
            }
        }
    }

    private func tellEnd(_ id: String) {
        guard let result = line.settledResult else { return }
        line.forgetSettled()
        say("finished \(id) \(result.rawValue)")
    }

    /// All places are always at one release.
    private func lookForHalves(_ record: DepotRecord) {
        let actives = Set(Self.places.map { record[$0].active })
        let goods = Set(Self.places.map { record[$0].good })
        if actives.count != 1 || goods.count != 1 {
            say("WRONG half applied: \(actives.count) active, \(goods.count) good")
        }
    }

    private func look() throws(Fault) {
        let depot = deployer.depot
        lookForHalves(depot.record)
        for what in line.evidence { say("WRONG \(what)") }
        for place in Self.places where line.running[place] != depot.record[place].active {
            say("WRONG \(place) does not run what is active")
        }
        for place in Self.places where depot.record[place].active != depot.record[place].good {
            say("WRONG what is active at \(place) was never proved")
        }
        let (found, expected) = (try Inventory.found(on: disk, root), try Inventory.expected(of: depot))
        if found != expected { say("WRONG files: \(found.symmetricDifference(expected).sorted())") }
    }
}
