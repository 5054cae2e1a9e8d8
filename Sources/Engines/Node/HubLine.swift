internal import Components
internal import Core
internal import Depot
internal import JSON
internal import MQTT
internal import Recipes
internal import Synchronization
internal import WebClient

/// The node's conversation with its hub: takes deployments that the hub wants of this thing, and tells what came of them
/// and how the node is. Without a hub the node goes on; what it had to tell is told when the hub is back.
///
/// Concurrency: one thread owns everything that is remembered; what MQTT brings reaches it through `inbox`.
package final class HubLine: Sendable {
    private static let shadow = "AWSManagedGreengrassV2Deployment"
    private static let tendEvery = 500 * Span64.millisecond

    private let house: NodeHouse
    private let address: HubAddress
    private let inbox = Mutex<[MQTTClient.Event]>([])
    private let bell = Doorbell()
    private let isStopping = Atomic<Bool>(false)
    private let isRunning = Atomic<Bool>(false)
    private let webCalls = WebCancellation()
    private let gone = Flagpole()

    package init(_ house: NodeHouse, _ address: HubAddress) {
        self.house = house
        self.address = address
    }

    /// A hub that cannot be spoken to does not keep the node from its work.
    package func start() {
        let client: MQTTClient
        do throws(Fault) { client = try connected() } catch {
            return Log.line("there will be no hub: \(error)")
        }
        isRunning.store(true, ordering: .releasing)
        Lane.start("hub", stackBytes: 2 << 20) { [self] in
            var talk = Talk(house, address, client, topic, webCalls)
            while !isStopping.load(ordering: .acquiring) {
                let seen = bell.rings
                for event in take() { talk.hear(event) }
                talk.tend()
                bell.wait(since: seen, until: Instant.now.advanced(by: Self.tendEvery))
            }
            client.stop()
            gone.raise()
        }
    }

    private func connected() throws(Fault) -> MQTTClient {
        let security = MQTTClient.Security(
            authority: address.authorityFile, certificate: address.certificateFile, key: address.keyFile)
        let client = try MQTTClient(house.plan.thingName, forgets: true, security: security) { [self] event in
            inbox.withLock { $0.append(event) }
            bell.ring()
        }
        try client.start(host: address.host, port: address.messagePort)
        return client
    }

    private func take() -> [MQTTClient.Event] {
        inbox.withLock { events in
            defer { events = [] }
            return events
        }
    }

    private var topic: String { "$aws/things/\(house.plan.thingName)/shadow/name/\(Self.shadow)" }

    package func stop() {
        guard isRunning.load(ordering: .acquiring) else { return }
        isStopping.store(true, ordering: .releasing)
        webCalls.cancel()
        bell.ring()
        gone.wait()
    }
}

/// What the line remembers between two events.
private struct Talk {
    private let house: NodeHouse
    private let address: HubAddress
    private let client: MQTTClient
    private let topic: String
    private let webCalls: WebCancellation
    /// The deployment that the hub is told of.
    private var current: HubDocument?
    /// Those that have not been taken yet, by the way they came.
    private var waiting: [String: (document: HubDocument, until: Instant)] = [:]
    private var pause = BackOff(shortest: Span64.second, longest: 60 * Span64.second)
    private var isConnected = false
    /// What was asked of the hub and is not answered; when it is asked again.
    private var unanswered: [String] = []
    private var asking = BackOff(shortest: 10 * Span64.second, longest: 300 * Span64.second)
    private var askAt = Instant.distantFuture
    private var told: [HubRow] = []
    /// The deployment of whose course the shadow was told last, and the one of which the hub's refusal is in the log.
    private var reported = ""
    private var refused = ""

    init(
        _ house: NodeHouse, _ address: HubAddress, _ client: MQTTClient, _ topic: String, _ webCalls: WebCancellation
    ) {
        self.webCalls = webCalls
        self.house = house
        self.address = address
        self.client = client
        self.topic = topic
    }

    private static let namespace = "namespace-aws-gg-deployment"
    private static let shadowWay = ""
    private static func way(of document: HubDocument) -> String { document.job ?? shadowWay }
    private var jobs: String { "$aws/things/\(house.plan.thingName)/jobs/" }

    // MARK: hearing

    mutating func hear(_ event: MQTTClient.Event) {
        switch event {
        case .connected:
            isConnected = true
            Log.line("the hub at \(address.host) is there")
            do throws(Fault) {
                try client.subscribe(topic + "/get/accepted")
                try client.subscribe(topic + "/update/accepted")
                try client.subscribe(topic + "/update/rejected")
                try client.subscribe(topic + "/get/rejected")
                try client.subscribe(jobs + "notify-next-" + Self.namespace)
                try client.subscribe("\(jobs)$next/\(Self.namespace)/get/accepted")
            } catch { Log.line("hub: \(error)") }
            tellHealth(whole: true, "NUCLEUS_LAUNCH")
            unanswered = [topic + "/get", "\(jobs)$next/\(Self.namespace)/get"]
            asking.reset()
            askAt = .now
        case .disconnected(let why):
            Log.line(
                "the hub at \(address.host) is not there\(why.isEmpty ? "" : " (\(why))"): the node goes on without it")
            isConnected = false
        case .message(let place, let payload):
            unanswered.removeAll { place.hasPrefix($0 + "/") }
            guard let said = try? Datum(json: payload) else { return }
            if place == topic + "/update/rejected" { return noteRefusal(said) }
            if place.hasPrefix(jobs) { return consider(execution: said["execution"]) }
            if let desired = said["state"]?["desired"] { consider(desired, said["state"]?["reported"]) }
        case .marked, .sent, .settled: break
        }
    }

    /// The hub did not take what it was told, and so knows nothing of it: a person must.
    private mutating func noteRefusal(_ said: Datum) {
        guard refused != reported else { return }
        refused = reported
        let words = said["message"]?.text ?? "it does not say why"
        let code = said["code"]?.whole.map { " (\($0))" } ?? ""
        Log.line("the hub does not take what became of deployment \(reported): \(words)\(code)")
    }

    private mutating func consider(_ desired: Datum, _ reported: Datum?) {
        guard let text = desired["fleetConfig"]?.text else { return }
        let document: HubDocument
        do throws(Fault) { document = try HubDocument(text) } catch { return Log.line("hub: \(error)") }
        if desired["desiredStatus"]?.text == "CANCELED" { return forget { $0.id == document.id } }
        let isTold =
            reported?["fleetConfigurationArnForStatus"]?.text == document.configuration
            && ["SUCCEEDED", "FAILED", "CANCELED", "REJECTED"].contains(reported?["status"]?.text ?? "")
        guard !isTold, current?.id != document.id else { return }
        waiting[Self.shadowWay] = (document, .now)
    }

    /// What the hub wants done next of its jobs; nothing where all are done or taken back.
    private mutating func consider(execution: Datum?) {
        let job = execution?["jobId"]?.text
        forget { $0.job != nil && $0.job != job }
        guard let job, current?.job != job, waiting[job] == nil, let document = execution?["jobDocument"] else {
            return
        }
        do throws(Fault) { waiting[job] = (try HubDocument(document, job: job), .now) } catch {
            Log.line("hub: job \(job): \(error)")
            update(job: job, "REJECTED", ["deployment-failure-cause": .text(String(error.message.prefix(1000)))])
        }
    }

    /// Deployments that are not wanted any more.
    private mutating func forget(_ isUnwanted: (HubDocument) -> Bool) {
        waiting = waiting.filter { !isUnwanted($0.value.document) }
        if let current, isUnwanted(current) { house.cancel() }
    }

    /// Asks what there is to do, until it is answered.
    private mutating func ask() {
        guard isConnected, !unanswered.isEmpty, askAt <= .now else { return }
        let asked: Datum = [
            "jobId": "$next", "thingName": .text(house.plan.thingName), "includeJobDocument": true,
        ]
        for question in unanswered { publish(asked, to: question) }
        askAt = Instant.now.advanced(by: asking.next())
    }

    // MARK: doing

    mutating func tend() {
        ask()
        let due = waiting.values.filter { $0.until <= .now }.map(\.document)
        // The older one first: each counts for its own group.
        if current == nil, let first = due.min(by: { $0.created < $1.created }) { take(first) }
        if let document = current, let row = NodeReport(house).deployment(document.id), let result = row["result"]?.text
        {
            current = nil
            tell(document, result, reason: row["reason"]?.text ?? "")
            tellHealth(whole: false, "THING_DEPLOYMENT", force: true)
        }
        tellHealth(whole: false, "COMPONENT_STATUS_CHANGE")
    }

    /// One deployment at a time: another waits until this one is over.
    private mutating func take(_ document: HubDocument) {
        if let row = NodeReport(house).deployment(document.id) {
            waiting[Self.way(of: document)] = nil
            current = document
            if row["result"]?.text == nil { tell(document, "IN_PROGRESS", reason: "") }
            return
        }
        guard house.board.now.record.running == nil else { return later(document) }
        tell(document, "IN_PROGRESS", reason: "")
        let outcome = submit(document)
        switch outcome {
        case .success:
            pause.reset()
            waiting[Self.way(of: document)] = nil
            current = document
        case .failure(let fault) where [.unavailable, .busy, .timeout, .cancelled].contains(fault.code):
            Log.line("deployment \(document.id) waits: \(fault)")
            later(document)
        case .failure(let fault):
            waiting[Self.way(of: document)] = nil
            Log.line("deployment \(document.id) cannot be: \(fault)")
            tell(document, DeploymentResult.failedNoStateChange.rawValue, reason: fault.message)
        }
    }

    private mutating func later(_ document: HubDocument) {
        waiting[Self.way(of: document)] = (document, Instant.now.advanced(by: pause.next()))
    }

    private func submit(_ document: HubDocument) -> Result<Bool, Fault> {
        let (house, address, webCalls) = (house, address, webCalls)
        return Result { () throws(Fault) in
            let web = try HubWeb(address, thing: house.plan.thingName, cancellation: webCalls)
            let platform = house.plan.platform
            let catalogue = HubCatalogue { (name, ranges) throws(Fault) in
                try web.choose(name, ranges, on: platform)
            }
            let choices = try catalogue.choices(for: document.roots)
            var order = DeploymentOrder(document: document.order)
            order.recipes = choices.sorted { $0.key < $1.key }.map { ("the recipe of \($0.key)", $0.value.recipe) }
            // Asked before the node's own thread is: it has stations to look after.
            let places = try Self.places(of: choices, on: platform, web)
            order.shelf = { (component, artifact) throws(Fault) in
                guard let place = places["\(component)/\(artifact)"] else {
                    throw Fault(.notFound, "the hub has no \(artifact) of \(component)")
                }
                return place
            }
            order.memberships = try web.groups().map { Set($0.map { GenerationPlan.groupsOfThings + $0 }) }
            let ready = order
            return try house.ask { desk in
                Result { () throws(Fault) in
                    _ = try desk.submit(ready)
                    desk.publish(withStations: false)
                    return true
                }
            }.get()
        }
    }

    /// Where the hub's artifacts are to be had for this platform.
    private static func places(
        of choices: [String: HubCatalogue.Choice], on platform: Platform, _ web: HubWeb
    ) throws(Fault) -> [String: String] {
        var places: [String: String] = [:]
        for (name, choice) in choices {
            let recipe = try RecipeText.read(choice.recipe).recipe
            for artifact in try recipe.manifest(for: platform).artifacts {
                guard case .greengrass(let uri) = artifact.source else { continue }
                let file = String(uri.drop { $0 != ":" }.dropFirst())
                places["\(name)/\(file)"] = try web.artifact(file, of: choice.arn)
            }
        }
        return places
    }

    // MARK: telling

    private mutating func tell(_ document: HubDocument, _ result: String, reason: String) {
        let status =
            switch result {
            case "IN_PROGRESS", "SUCCEEDED", "REJECTED", "CANCELED": result
            default: "FAILED"
            }
        let detailed = result == "SUCCEEDED" ? "SUCCESSFUL" : result
        if let job = document.job {
            var details: DatumMap = ["detailed-deployment-status": .text(detailed)]
            if !reason.isEmpty { details["deployment-failure-cause"] = .text(String(reason.prefix(1000))) }
            // A job that was canceled is known to be so: it takes no other word.
            return update(job: job, status == "CANCELED" ? "FAILED" : status, details)
        }
        var details: DatumMap = ["detailedStatus": .text(detailed)]
        if !reason.isEmpty { details["failureCause"] = .text(String(reason.prefix(1000))) }
        let reported: Datum = [
            "fleetConfigurationArnForStatus": .text(document.configuration), "status": .text(status),
            "statusDetails": .map(details), "ggcVersion": .text(house.plan.version),
        ]
        self.reported = document.id
        publish(["state": ["reported": reported]], to: topic + "/update")
    }

    private func update(job: String, _ status: String, _ details: DatumMap) {
        publish(
            ["status": .text(status), "statusDetails": .map(details)], to: "\(jobs)\(job)/\(Self.namespace)/update")
    }

    private func publish(_ message: Datum, to topic: String) {
        // Without a connection nothing is lost: the next one asks for the shadow, and what is over is told again.
        guard isConnected else { return }
        do throws(Fault) { try client.publish(message.json, to: topic) } catch { Log.line("hub: \(error)") }
    }

    /// What runs, and how it is; a partial one tells what has changed since the last.
    private mutating func tellHealth(whole: Bool, _ trigger: String, force: Bool = false) {
        guard isConnected else { return }
        let roots = house.board.now.roots
        let rows = house.house.rows.map { HubRow($0, isRoot: roots.contains($0.name)) }
        guard whole || force || rows != told else { return }
        let names = Set(rows.map(\.name))
        let changed = whole ? rows : rows.filter { !told.contains($0) }
        let removed = whole ? [] : told.filter { !names.contains($0.name) }
        told = rows
        let isHealthy = rows.allSatisfy { $0.state != .broken }
        let now = Int(WallClock.milliseconds)
        publish(
            [
                "ggcVersion": .text(house.plan.version), "platform": "linux",
                "architecture": .text(house.plan.platform.attributes["architecture"] ?? "amd64"), "runtime": "lineside",
                "thing": .text(house.plan.thingName), "sequenceNumber": .whole(now), "timestamp": .whole(now),
                "messageType": whole ? "COMPLETE" : "PARTIAL", "trigger": .text(trigger),
                "overallDeviceStatus": isHealthy ? "HEALTHY" : "UNHEALTHY",
                "components": .list(
                    changed.map { $0.datum($0.state.rawValue) } + removed.map { $0.datum("UNINSTALLED") }),
            ], to: "$aws/things/\(house.plan.thingName)/greengrassv2/health/json")
    }
}

/// A component as the hub is told of it.
private struct HubRow: Hashable {
    let name: String
    let version: String
    let state: ComponentState
    let reason: String
    let isRoot: Bool

    init(_ row: ComponentRow, isRoot: Bool) {
        name = row.name
        version = row.version
        state = row.state
        reason = row.reason
        self.isRoot = isRoot
    }

    func datum(_ state: String) -> Datum {
        [
            "componentName": .text(name), "version": .text(version), "isRoot": .bool(isRoot), "fleetConfigArns": [],
            "status": .text(state),
            "componentStatusDetails": ["statusCodes": [], "statusReason": .text(String(reason.prefix(1000)))],
        ]
    }
}
