internal import Components
internal import Core
internal import Crypto
internal import Depot
internal import Disk
internal import Files
internal import Glibc
internal import JSON
internal import Recipes
internal import Spool
internal import TrustKeeping
internal import WebClient

/// Everything that the node's thread owns.
final class NodeDesk {
    private static let tendEvery = 200 * Span64.millisecond
    private static let publishEvery = Span64.second
    private static let undoGroup = "UNDO"
    private static let inspectEvery = 30 * Span64.second

    let plan: NodeHouse.Plan
    let depot: Depot
    let activator: NodeActivator
    let deployer: Deployer
    private let board: NodeBoard
    private let source: NodeSource
    private let web: WebClient
    private let news: NodeNews
    private let inspection: Inspection
    private let trust: TrustedReleases
    private let lastChange: LastChange
    let facts: NodeFacts
    private var publishAt = Instant(nanoseconds: 0)
    private var inspectAt: Instant

    init(_ plan: NodeHouse.Plan, house: ComponentHouse, board: NodeBoard, spool: Spool) throws(Fault) {
        self.plan = plan
        self.board = board
        let folders = NodeFolders(root: plan.root)
        facts = NodeFacts(
            platform: plan.platform, folders: folders, thingName: plan.thingName,
            fillsConfiguration: plan.configuration.fillsConfiguration)
        var settings = Depot.Settings()
        settings.bytesMax = plan.configuration.storeBytesMax
        depot = try Depot(
            plan.root + "/depot", on: RealDisk(), settings: settings, references: Document.references(of:))
        web = try WebClient()
        source = NodeSource(web)
        activator = NodeActivator(
            house, node: facts, stations: try StationHand.all(plan),
            limits: (plan.configuration.steady, plan.configuration.proving),
            depot: depot)
        news = NodeNews(spool, thing: plan.thingName)
        inspection = Inspection(activator, depot)
        trust = try TrustedReleases(plan.configuration, folder: plan.root + "/trust")
        lastChange = LastChange(plan.root + "/last-deployment.json")
        deployer = Deployer(depot, activator: activator, source: source)
        inspectAt = Instant.now.advanced(by: Self.inspectEvery)
        recallOrigins()
    }

    // MARK: a start

    /// Everything that the record says is active runs again, before any deployment goes on.
    func bringBack() throws(Fault) {
        activator.takesHeld = depot.record.running?.deployment.takesHeld ?? false
        for target in deployer.standing {
            do throws(Fault) { _ = try activator.activate(target, in: depot) } catch {
                Log.line("\(target.place) cannot be brought back: \(error)")
            }
        }
        for hand in activator.stations.values {
            guard depot.record[try Place.station(hand.name)].active == nil else { continue }
            try hand.runAsConfigured()
        }
        for hand in activator.stations.values { hand.open() }
    }

    // MARK: turns

    /// Does what is due; when to come back.
    func turn(_ now: Instant) -> Instant {
        let before = deployer.plan?.deployment
        let turn = deployer.turn(now: now)
        if let before, deployer.plan == nil, let finished = depot.record.finished(before.id) {
            news.finished(finished)
            // What was undone is not undone again.
            if finished.result == .succeeded { lastChange.note(before.group == Self.undoGroup ? [] : before.places) }
        }
        let isOver = before != nil && deployer.plan == nil
        if now >= publishAt || turn == .again {
            publish(withStations: now >= publishAt || isOver)
            if now >= publishAt { publishAt = now.advanced(by: Self.publishEvery) }
        }
        if now >= inspectAt, deployer.plan == nil {
            board.note(drift: inspection.walk())
            inspectAt = Instant.now.advanced(by: Self.inspectEvery)
        }
        switch turn {
        case .again: return now
        case .wait(let until): return min(until, now.advanced(by: Self.tendEvery))
        case .idle: return now.advanced(by: Self.tendEvery)
        }
    }

    func publish(withStations: Bool) {
        let record = depot.record
        let phase = deployer.plan.map { "\($0.phase)" } ?? ""
        let reason = deployer.plan?.reason ?? ""
        let canBeCancelled = deployer.plan?.canBeCancelled ?? false
        let stations: [NodeBoard.Station]? =
            withStations ? activator.stations.values.sorted { $0.name < $1.name }.map(row) : nil
        let configurations = Dictionary(
            activator.generation.members.map { ($0.name.text, $0.configuration.value) }, uniquingKeysWith: { $1 })
        let roots = Set(activator.generation.groups.values.flatMap { $0.keys.map(\.text) })
        board.change { contents in
            contents.record = record
            contents.roots = roots
            contents.phase = phase
            contents.reason = reason
            contents.canBeCancelled = canBeCancelled
            contents.configurations = configurations
            if let stations { contents.stations = stations }
        }
    }

    private func row(_ hand: StationHand) -> NodeBoard.Station {
        let active = (try? Place.station(hand.name)).flatMap { depot.record[$0].active }
        news.look(hand.name, hand.state)
        let wanted = active.flatMap { try? activator.index($0, in: depot) }?.stationDigest
        return NodeBoard.Station(
            name: hand.name, page: hand.page, state: hand.state, wanted: wanted, restarts: hand.restarts)
    }

    // MARK: deployments

    private var originsFile: String { plan.root + "/origins.json" }

    /// Where a deployment under way gets its files from, after a start in its middle.
    private func recallOrigins() {
        guard depot.record.running != nil, let bytes = try? FileAccess.read(originsFile, limit: 64 << 20),
            let datum = try? Datum(json: bytes)
        else { return }
        source.origins = Origins(datum)
        source.repository = try? trust.client(bundle: nil)
    }

    func compose(_ order: DeploymentOrder) throws(Fault) -> (Composer.Composed, ReleaseClient?) {
        let client = try trust.client(bundle: order.bundle)
        let web = web
        let composer = Composer(
            activator: activator, depot: depot, node: facts, proving: plan.configuration.proving,
            releases: ReleaseShelf(client: client, allowsUnsigned: plan.configuration.releases.allowsUnsigned),
            length: { (address) throws(Fault) in try Self.length(of: address, web) })
        return (try composer.compose(order, wall: WallClock.milliseconds), client)
    }

    private static func length(of address: String, _ web: WebClient) throws(Fault) -> Int {
        let answer = try web.send(WebRequest("HEAD", address), bodyBytesMax: 0)
        // An address that is signed for GET is good for nothing else: its first byte tells how many there are.
        if answer.status == 403, let length = try web.lengthByRange(of: address) { return length }
        guard let length = try answer.succeeded().fields["content-length"].flatMap({ Int($0) }), length >= 0 else {
            throw Fault(.invalid, "\(address) does not say how long it is")
        }
        return length
    }

    func submit(_ order: DeploymentOrder) throws(Fault) -> Deployer.Answer {
        let (composed, client) = try compose(order)
        try checkRoom(composed)
        if deployer.plan == nil {
            source.origins = composed.origins
            source.repository = client
            activator.takesHeld = composed.deployment.takesHeld
            try FileAccess.write(composed.origins.datum.json, to: originsFile)
        }
        return try deployer.submit(composed.deployment, documents: composed.documents)
    }

    /// The depot admits what it keeps itself; whatever is laid out for components and stations is a second copy.
    private func checkRoom(_ composed: Composer.Composed) throws(Fault) {
        var need = 0
        for document in composed.documents {
            for blob in (try? Document.references(of: document)) ?? [] where !depot.holds(blob.digest) {
                need += 2 * blob.length
            }
        }
        let free = try RealDisk().freeBytes(in: plan.root)
        guard need + depot.settings.reserveBytes <= free else {
            throw Fault(
                .exhausted,
                "the deployment needs \(ByteSize(need)) and leaves \(ByteSize(depot.settings.reserveBytes)) free, and the disk of \(plan.root) has \(ByteSize(free))",
                hint: "make room; nothing was fetched")
        }
    }

    /// Back to what was good before the last good, or, while a release proves itself, to the last good one.
    func undo() throws(Fault) -> Deployer.Answer {
        if let running = deployer.plan {
            guard deployer.trigger("a person wants the last good ones back", now: .now) else {
                throw Fault(.busy, "deployment \(running.deployment.id) is under way", hint: "cancel it, or wait")
            }
            return .accepted
        }
        var targets: [Target] = []
        for place in try lastChange.places() {
            if let before = depot.record[place].before { targets.append(Target(place, before)) }
        }
        guard !targets.isEmpty else {
            throw Fault(.notFound, "there is nothing to go back to", hint: "nothing was good before what is good now")
        }
        let wall = WallClock.milliseconds
        var deployment = try Deployment(
            id: "undo-\(CivilTime(milliseconds: Int64(wall)).iso)", group: Self.undoGroup, created: wall,
            targets: targets)
        deployment.takesHeld = true
        activator.takesHeld = true
        deployment.limits.proving = plan.configuration.proving
        return try deployer.submit(deployment, documents: [])
    }

    // MARK: the end

    func close() {
        for hand in activator.stations.values { hand.close() }
    }
}

extension WebClient {
    private static let rangeBytesMax = 64 << 10

    /// Nil where ranges are not given.
    fileprivate func lengthByRange(of address: String) throws(Fault) -> Int? {
        let answer = try send(
            WebRequest("GET", address, fields: ["Range": "bytes=0-0"]), bodyBytesMax: Self.rangeBytesMax)
        if answer.status == 416 { return 0 }
        guard answer.status == 206 else { return nil }
        return answer.fields["content-range"]?.split(separator: "/").last.flatMap { Int($0) }
    }
}
