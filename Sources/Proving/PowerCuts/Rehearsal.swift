internal import Core
internal import Crypto
internal import Depot
internal import Disk

/// One scenario on one disk: the scene is set, the order is carried out, and after a cut somebody else goes on and looks whether all is well.
final class Rehearsal {
    /// What somebody was told before the cut, and may rely on.
    struct Told: Hashable, Sendable {
        var isAccepted = false
        var result: DeploymentResult?
    }

    static let id = "the order"
    private static let turnsMax = 400
    /// So often does a node start again before the drill loses patience.
    private static let startsMax = 8

    let scenario: Scenario
    let steps: StepCounter
    let root: String
    private let makeDisk: () -> any Disk
    /// The disk of the node that was started last.
    private(set) var disk: any Disk
    var told = Told() { didSet { if told != oldValue { tell(told) } } }
    /// Where what was told is written down at once.
    var tell: (Told) -> Void = { _ in }
    private(set) var evidence: [String] = []
    private var time: UInt64 = 0

    /// Every start gets the disk anew, as a process does.
    init(
        _ scenario: Scenario, root: String = "/store", steps: StepCounter, on makeDisk: @escaping () -> any Disk
    ) {
        self.scenario = scenario
        self.steps = steps
        self.root = root
        self.makeDisk = { CountedDisk(makeDisk(), steps) }
        disk = self.makeDisk()
    }

    /// What was there before: done in peace.
    func setScene() throws(Fault) {
        for (number, order) in scenario.before.enumerated() {
            let node = try start()
            let deployment = try Self.deployment(order, id: "before \(number)", created: UInt64(number + 1))
            _ = try node.deployer.submit(deployment, documents: Self.documents(order))
            turn(node)
        }
        guard scenario.hasLitter else { return }
        _ = try start().deployer.depot.put(Array("nobody needs this".utf8))
    }

    /// The order itself. Refused steps are survived; a killed process never comes back from here.
    func act() {
        steps.isArmed = true
        defer { steps.isArmed = false }
        handInAndTurn()
    }

    /// A fresh start after the cut, as often as the node needs.
    func recover() {
        steps.isArmed = true
        defer { steps.isArmed = false }
        for start in 1...Self.startsMax {
            guard let node = open() else { return }
            if start == 1 { lookAtFirst(node.deployer.depot) }
            if node.deployer.depot.record.finished(Self.id) != nil { return turn(node) }
            if node.deployer.plan == nil { handIn(node) }
            if turnWithCancel(node) { return }
        }
        evidence.append("the node starts again and again")
    }

    private func handInAndTurn() {
        for _ in 1...Self.startsMax {
            guard let node = open() else { return }
            if node.deployer.plan == nil, node.deployer.depot.record.finished(Self.id) == nil { handIn(node) }
            if turnWithCancel(node) { return }
        }
    }

    private func handIn(_ node: Node) {
        do throws(Fault) {
            let deployment = try Self.deployment(
                scenario.order, id: Self.id, created: scenario.order.created ?? UInt64(scenario.before.count + 1))
            switch try node.deployer.submit(deployment, documents: Self.documents(scenario.order)) {
            case .accepted: told.isAccepted = true
            case .over: break
            }
        } catch { evidence.append("the order is not taken: \(error)") }
    }

    /// False when the node died on the way.
    private func turnWithCancel(_ node: Node) -> Bool {
        if let turns = scenario.order.cancelsAfter {
            turn(node, turns: turns)
            node.deployer.cancellation.ask()
        }
        turn(node)
        return !node.line.isDead
    }

    struct Node {
        let deployer: Deployer
        let line: ProofLine
    }

    private func open() -> Node? {
        do throws(Fault) { return try start() } catch {
            evidence.append("the node does not start: \(error)")
            return nil
        }
    }

    private func start() throws(Fault) -> Node {
        // The one before has died, and let go of everything.
        last = nil
        disk = makeDisk()
        let line = ProofLine(steps, shyness: scenario.shyness)
        var settings = Depot.Settings()
        settings.reserveBytes = 0
        settings.bytesMax = 1 << 30
        settings.flushBytes = scenario.flushBytes
        let depot = try Depot(root, on: disk, settings: settings, references: ProofRelease.references)
        let deployer = Deployer(
            depot, activator: line, source: ProofShop(breaksAfter: scenario.breaksAfter), wall: { 1 },
            log: { _ in })
        for target in deployer.standing { _ = try line.activate(target, in: depot) }
        return Node(deployer: deployer, line: line)
    }

    private func turn(_ node: Node, turns: Int = turnsMax) {
        defer { gather(node) }
        for _ in 0..<turns where !node.line.isDead {
            switch node.deployer.turn(now: Instant(nanoseconds: time)) {
            case .again: continue
            case .wait(let until): time = until.nanoseconds
            case .idle: return
            }
        }
    }

    private func gather(_ node: Node) {
        evidence += node.line.evidence
        if steps.isArmed, let result = node.line.settledResult { told.result = result }
        last = node
    }

    /// The node that was turned last.
    private(set) var last: Node?

    func note(_ what: String) { evidence.append(what) }

    static func documents(_ order: Scenario.Order) -> [[UInt8]] {
        order.targets.compactMap { target in target.release.map { ProofRelease($0.0, $0.1).document } }
    }

    static func deployment(_ order: Scenario.Order, id: String, created: UInt64) throws(Fault) -> Deployment {
        var deployment = try Deployment(
            id: id, group: "thing/drill", created: created,
            targets: order.targets.map { target in
                Target(target.place, target.release.map { ProofRelease($0.0, $0.1).digest })
            })
        deployment.failurePolicy = order.failurePolicy
        deployment.takesHeld = order.takesHeld
        deployment.limits.proving = Span64.second
        deployment.limits.restoring = Span64.second
        return deployment
    }
}
