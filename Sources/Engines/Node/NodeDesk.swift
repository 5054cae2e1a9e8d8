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
    private static let inspectEvery = 30 * Span64.second

    let plan: NodeHouse.Plan
    let depot: Depot
    let activator: NodeActivator
    let deployer: Deployer
    private let board: NodeBoard
    private let source: NodeSource
    private let web: WebClient
    private let webCalls: WebCancellation
    private let news: NodeNews
    private let inspection: Inspection
    private let trust: TrustedReleases
    private var homecoming = Homecoming()
    let facts: NodeFacts
    private var publishAt = Instant(nanoseconds: 0)
    private var inspectAt: Instant

    /// `webCalls` ends whatever waits for a server.
    init(
        _ plan: NodeHouse.Plan, house: ComponentHouse, board: NodeBoard, spool: Spool, webCalls: WebCancellation
    ) throws(Fault) {
        self.webCalls = webCalls
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
        source = NodeSource()
        activator = NodeActivator(
            house, node: facts, stations: try StationHand.all(plan),
            limits: (plan.configuration.steady, plan.configuration.proving),
            depot: depot)
        news = NodeNews(spool, thing: plan.thingName)
        inspection = Inspection(activator, depot)
        trust = try TrustedReleases(plan.configuration, folder: plan.root + "/trust", cancellation: webCalls)
        deployer = Deployer(depot, activator: activator, source: source)
        inspectAt = Instant.now.advanced(by: Self.inspectEvery)
        recallOrigins()
    }

    // MARK: a start

    /// Everything that the record says is active runs again, before any deployment goes on. What cannot is tried again:
    /// one place that fails is no reason for all the others to stand still.
    func bringBack() throws(Fault) {
        activator.takesHeld = depot.record.running?.deployment.takesHeld ?? false
        for hand in activator.stations.values { hand.open() }
        var places = deployer.standing.map(\.place).filter(isHere)
        for name in activator.stations.keys.sorted() {
            let place = try Place.station(name)
            if depot.record[place].active == nil { places.append(place) }
        }
        bringBack(places)
    }

    private func bringBack(_ places: [Place]) {
        guard !places.isEmpty else { return }
        for place in places where !isChanging(place) {
            let fault: Fault?
            do throws(Fault) {
                try activator.bringBack(place)
                fault = nil
            } catch { fault = error }
            guard homecoming.note(place, fault) else { continue }
            Log.line(fault.map { "\(place) cannot be brought back: \($0)" } ?? "\(place) is brought back")
        }
        homecoming.rest(.now)
    }

    /// A station that the configuration does not list any more is nobody's to bring back.
    private func isHere(_ place: Place) -> Bool {
        guard let name = place.stationName, activator.stations[name] == nil else { return true }
        Log.line("\(place) is in the record, and the node's configuration lists no such station: it is left alone")
        return false
    }

    private func isChanging(_ place: Place) -> Bool {
        guard let plan = deployer.plan, plan.changesPlaces else { return false }
        return plan.deployment.places.contains(place)
    }

    // MARK: turns

    /// Does what is due; when to come back.
    func turn(_ now: Instant) -> Instant {
        let before = deployer.plan?.deployment
        let turn = deployer.turn(now: now)
        if let before, deployer.plan == nil, let finished = depot.record.finished(before.id) {
            news.finished(finished)
        }
        let isOver = before != nil && deployer.plan == nil
        if isOver { source.stop() }
        bringBack(homecoming.due(now))
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
        let missing = homecoming.missing
        board.change { contents in
            contents.missing = missing
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
        source.repository = try? trust.repository(bundle: nil)
    }

    func compose(_ order: DeploymentOrder) throws(Fault) -> (Composer.Composed, TrustedRepository?) {
        let repository = try trust.repository(bundle: order.bundle)
        let (web, webCalls) = (web, webCalls)
        let composer = Composer(
            activator: activator, depot: depot, node: facts, proving: plan.configuration.proving,
            releases: ReleaseShelf(
                client: repository?.client, allowsUnsigned: plan.configuration.releases.allowsUnsigned),
            length: { (address) throws(Fault) in try Self.length(of: address, web, webCalls) })
        return (try composer.compose(order, wall: WallClock.milliseconds), repository)
    }

    private static func length(
        of address: String, _ web: WebClient, _ webCalls: WebCancellation
    ) throws(Fault) -> Int {
        let request = WebRequest("HEAD", address, wholeMilliseconds: WebClient.lengthMilliseconds)
        let answer = try web.send(request, bodyBytesMax: 0, cancellation: webCalls)
        // An address that is signed for GET is good for nothing else: its first byte tells how many there are.
        if answer.status == 403, let length = try web.lengthByRange(of: address, webCalls) { return length }
        guard let length = try answer.succeeded().fields["content-length"].flatMap({ Int($0) }), length >= 0 else {
            throw Fault(.invalid, "\(address) does not say how long it is")
        }
        return length
    }

    func submit(_ order: DeploymentOrder) throws(Fault) -> Deployer.Answer {
        let (composed, repository) = try compose(order)
        try checkRoom(composed)
        if deployer.plan == nil {
            source.origins = composed.origins
            source.repository = repository
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
        for place in depot.record.undoable {
            if let before = depot.record[place].before { targets.append(Target(place, before)) }
        }
        guard !targets.isEmpty else {
            throw Fault(.notFound, "there is nothing to go back to", hint: "nothing was good before what is good now")
        }
        let created = depot.record.creation(of: Deployment.undoGroup, wall: WallClock.milliseconds)
        var deployment = try Deployment(
            id: "undo-\(CivilTime(milliseconds: Int64(created)).iso)", group: Deployment.undoGroup, created: created,
            targets: targets)
        deployment.takesHeld = true
        activator.takesHeld = true
        deployment.limits = Composer.limits(of: targets, proving: plan.configuration.proving)
        return try deployer.submit(deployment, documents: [])
    }

    // MARK: the end

    func close() {
        deployer.close()
        source.stop()
        for hand in activator.stations.values { hand.close() }
    }
}

extension WebClient {
    private static let rangeBytesMax = 64 << 10
    /// A head is small: whoever needs longer for one is as good as away.
    fileprivate static let lengthMilliseconds = 10_000

    /// Nil where ranges are not given.
    fileprivate func lengthByRange(of address: String, _ webCalls: WebCancellation) throws(Fault) -> Int? {
        let request = WebRequest(
            "GET", address, fields: ["Range": "bytes=0-0"], wholeMilliseconds: Self.lengthMilliseconds)
        let answer = try send(request, bodyBytesMax: Self.rangeBytesMax, cancellation: webCalls)
        if answer.status == 416 { return 0 }
        guard answer.status == 206 else { return nil }
        return answer.fields["content-range"]?.split(separator: "/").last.flatMap { Int($0) }
    }
}
