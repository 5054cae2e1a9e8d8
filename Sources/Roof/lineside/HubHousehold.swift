internal import AWSDoor
internal import AWSProtocol
internal import Audit
internal import Broker
internal import Core
internal import Crypto
internal import Events
internal import Files
internal import Fleet
internal import Greengrass
internal import HTTP
internal import Identity
internal import Objects
internal import Process
internal import Queues
internal import Secrets
internal import Telemetry

/// The departments of a hub, introduced to each other.
final class HubHousehold {
    private static let drain = 2 * Span64.second
    /// Each may be waiting for the disk.
    private static let workers = 16
    private static let reactors = 2
    private static let auditDays = 400

    private let folder: HubFolder
    private let settings: HubFolder.Settings
    private let departments: HubDepartments
    private let server: Server
    private let deviceServer: Server
    private let broker: Broker?
    private let messages: HubMessages
    private let figures: HubFigures
    private let host: String
    private let places: HubPlaces
    private let lock: FileLock

    init(_ options: Options) throws {
        let auditDays = try options.int("audit-days", in: 1...36_500) ?? Self.auditDays
        folder = HubFolder(options)
        lock = try folder.lock()
        settings = try folder.settle(region: options.text("region"))
        let workers = WorkerPool("hub", threads: Self.workers)
        host = options.text("host") ?? "127.0.0.1"
        let names = try Self.names(options)
        places = HubPlaces(name: names.first ?? Self.name(for: host), also: names.dropFirst() + [host])
        let authority = try folder.authority()
        departments = try HubDepartments(folder, settings, authority, workers, places)
        departments.keepAudit(days: auditDays, region: settings.region)
        if !folder.hasAdministrator {
            let (keyID, secret) = try departments.begin()
            try folder.keep(administrator: keyID, secret: secret)
        }
        let door = AWSDoor(
            departments.directory, gatekeeper: departments.identity, ledger: departments.calls, region: settings.region,
            workers: workers)
        let health = unsafe Route(.get, "/healthz", "Whether the hub lives", bodyBytesMax: 0) {
            $0.respond(.ok) { $0.append("{\"status\":\"ok\"}" as StaticString) }
        }
        let store = departments.objects
        let (objects, others) = (store.route, door.route)
        let join = HubJoin(
            fleet: departments.fleet, directory: departments.directory, ledger: departments.calls,
            account: settings.account, region: settings.region, places: places,
            authority: authority.certificate, workers: workers)
        var plan = ServerPlan(
            router: Router([health, join.route], otherwise: { store.isFor($0) ? objects : others }),
            workers: workers)
        plan.host = host
        plan.limits.bodyBytesMax = .max
        plan.port = try options.int("port", in: 0...65_535) ?? 8400
        server = try Server(plan, reactors: Self.reactors)
        deviceServer = try Self.deviceServer(
            options, folder, departments, authority, name: places.name, region: settings.region, workers)
        messages = HubMessages(departments.fleet, departments.greengrass)
        figures = HubFigures(
            departments.directory, departments.calls, account: settings.account, region: settings.region,
            waiting: { [events = departments.events] in events.waiting })
        let messagePort = try options.int("message-port", in: 0...65_535) ?? 8883
        broker = try Self.broker(
            folder, departments, host: host, port: messagePort == 0 ? try FreePort.find() : messagePort)
        places.settle(door: server.port, documents: deviceServer.port, messages: broker?.port ?? messagePort)
    }

    private static let everywhere = "0.0.0.0"

    /// What others call this machine, as far as it was told.
    private static func names(_ options: Options) throws(UsageFault) -> [String] {
        let names = options.texts("name")
        // They go into certificates and addresses.
        for name in names where name.isEmpty || name.utf8.count > 253 || !name.isMadeOfLetters(and: ".-") {
            throw UsageFault(message: "--name \(name) is no name of a machine, and no address")
        }
        return names
    }

    /// What devices and nodes are told to come to where nobody said.
    private static func name(for host: String) -> String {
        guard host == everywhere else { return host }
        Log.line("devices are told to come to 127.0.0.1: say with --name what others call this machine")
        return "127.0.0.1"
    }

    /// The broker; nil where none can be had, which is told.
    private static func broker(
        _ folder: HubFolder, _ departments: HubDepartments, host: String, port: Int
    ) throws -> Broker? {
        let module = PathName.folder(of: try ProcessFacts.executablePath()) + "/liblineside-broker-gate.so"
        if let complaint = Broker.complaint(module: module) {
            Log.line("no messages for devices: \(complaint)")
            return nil
        }
        let place = FileAccess.resolved(folder.path)
        let plan = BrokerPlan(
            folder: place + "/broker", host: host, port: port, authority: place + "/ca.pem",
            certificate: place + "/server.pem", key: place + "/server.key", module: module)
        return try Broker(plan, departments.fleet)
    }

    private func startMessages() throws {
        guard let broker else { return }
        // Before the first message is heard: its answer is a message too.
        departments.fleet.connect(
            herald: { topic, message in broker.publish(message, to: topic) },
            courier: { posting throws(Fault) in try broker.carry(posting) },
            expeller: { certificate in broker.sendAway(certificate) })
        try broker.start(messages.filters, connected: { [departments] in departments.fleet.restoreRetained() }) {
            [messages] topic, payload in messages.hear(topic, payload)
        }
        let rules = departments.fleet.rules
        let line = try broker.openRuleLine(rules.filters) { message in
            rules.hear(
                message.topic, message.payload, by: message.filter,
                sender: message.sender.map { ($0.certificate, $0.client) })
        }
        departments.topicActions.connect(line)
        rules.connect { filters in line.attend(to: filters) }
        Log.line("messages at mqtts://\(places.name):\(broker.port)")
    }

    /// For devices, who come with a certificate of the hub's authority.
    private static func deviceServer(
        _ options: Options, _ folder: HubFolder, _ departments: HubDepartments, _ authority: CertificateAuthority,
        name: String, region: String, _ workers: WorkerPool
    ) throws -> Server {
        let door = DeviceDoor(
            departments.deviceServices, gatekeeper: departments.fleet, ledger: departments.calls, region: region,
            workers: workers)
        let releases = HubReleases(
            fleet: departments.fleet, objects: departments.objects, ledger: departments.calls, region: region,
            workers: workers)
        let (route, releasesRoute) = (door.route, releases.route)
        var plan = ServerPlan(
            router: Router([], otherwise: { HubReleases.isFor($0) ? releasesRoute : route }), workers: workers)
        plan.host = options.text("host") ?? "127.0.0.1"
        plan.port = try options.int("device-port", in: 0...65_535) ?? 8443
        let (certificate, key) = try folder.serverCertificate(for: name, of: authority)
        plan.tls = try TLSContext(certificate: certificate, key: key, clientAuthority: folder.authorityFile)
        return try Server(plan, reactors: 1)
    }

    func open() throws {
        try departments.start()
        server.start()
        deviceServer.start()
        try startMessages()
        figures.start()
        let address = "http://\(host == Self.everywhere ? "127.0.0.1" : host):\(server.port)"
        try folder.keep(address: address, region: settings.region)
        Log.line("hub at \(address) account \(settings.account) region \(settings.region)")
        Log.line("devices at https://\(places.devices.documents)")
        Log.line("in another terminal: eval \"$(lineside env --data \(folder.path))\"")
    }

    func close() {
        folder.forgetAddress()
        // Who waits for a message would hold the doors open.
        departments.queues.endWaiting()
        deviceServer.drain(until: Instant.now.advanced(by: Self.drain))
        server.drain(until: Instant.now.advanced(by: Self.drain))
        broker?.stop()
        messages.drain()
        figures.stop()
        departments.close()
    }
}

/// Every department, with what it keeps.
struct HubDepartments {
    let identity: IdentityDesk
    private let audit: AuditLog
    /// Into the audit, and counted on the way.
    let calls: CallTally
    private let secrets: SecretsDesk
    private let logs: LogsDesk
    private let metrics: MetricsDesk
    let queues: QueuesDesk
    let events: EventsDesk
    let objects: ObjectsDesk
    let fleet: FleetDesk
    let greengrass: GreengrassDesk
    let topicActions: HubTopicActions

    init(
        _ folder: HubFolder, _ settings: HubFolder.Settings, _ authority: CertificateAuthority, _ workers: WorkerPool,
        _ places: HubPlaces
    ) throws {
        let seal = try folder.sealingKey()
        identity = try IdentityDesk(folder.path + "/identity.db", account: settings.account, seal: seal)
        audit = try AuditLog(folder.audit)
        calls = CallTally(audit)
        secrets = try SecretsDesk(folder.path + "/secrets.db", seal: seal)
        logs = try LogsDesk(folder.path + "/logs.db")
        metrics = try MetricsDesk(
            folder.path + "/metrics.db", account: settings.account, region: settings.region)
        queues = try QueuesDesk(folder.path + "/queues.db", account: settings.account, region: settings.region)
        let queueReceiver = QueueReceiver(queues: queues)
        events = try EventsDesk(
            folder.path + "/events.db", account: settings.account, region: settings.region, seal: seal,
            receivers: [
                LogGroupReceiver(logs: logs), queueReceiver, CommandReceiver(folder: folder.path + "/commands"),
            ], deadLetters: queueReceiver)
        objects = try ObjectsDesk(
            folder.path + "/objects", account: settings.account, region: settings.region,
            hosts: StoreHosts(places.names + [ProcessFacts.machineName ?? ""]), seal: seal, gatekeeper: identity,
            ledger: calls, workers: workers)
        fleet = try FleetDesk(
            folder.path + "/fleet.db", account: settings.account, region: settings.region,
            authority: authority, seal: seal, ledger: calls, addresses: { places.devices })
        topicActions = HubTopicActions(logs: logs, metrics: metrics, queues: queues, objects: objects)
        greengrass = try GreengrassDesk(
            folder.path + "/greengrass.db", account: settings.account, region: settings.region,
            plant: HubPlant(
                fleet: fleet, objects: objects, identity: identity, region: settings.region, places: places))
    }

    var directory: ServiceDirectory {
        let single = [identity.iam, identity.sts, secrets.service, logs.service, events.service, audit.service]
        let own = [greengrass.service, fleet.ownService]
        return ServiceDirectory(single + metrics.services + queues.services + fleet.services + own)
    }

    var deviceServices: [AWSService] {
        let lender: RoleLender = { [identity] role, session, seconds, call throws(ServiceProblem) in
            try identity.lend(
                role: role, to: "credentials.iot.amazonaws.com", as: session, seconds: seconds, call)
        }
        return [greengrass.deviceService] + fleet.deviceServices(lender)
    }

    func keepAudit(days: Int, region: String) {
        let house = Caller.house(of: identity.account)
        audit.forget(after: days) { through in
            CallRecord(
                requestID: UniqueID.random(), milliseconds: Int64(WallClock.milliseconds), service: "lineside",
                operation: "ForgetCalls", onlyReads: false, caller: house, keyID: house.keyID, region: region,
                surroundings: Surroundings(sourceAddress: "", userAgent: "lineside", region: region, isSecure: true),
                resources: [], input: ["through": .whole(Int(through)), "afterDays": .whole(days)], problem: nil)
        }
    }

    func begin() throws -> (keyID: String, secret: String) { try identity.begin() }
    func start() throws {
        try events.start()
        metrics.start(
            { [events] event, targets throws(ServiceProblem) in
                try events.announce([event])
                if !targets.isEmpty { try events.send(event, to: targets) }
            }, accepts: { [events] in events.reaches($0) })
        fleet.start(
            { [greengrass] shadow, said throws(ServiceProblem) in
                if shadow.name == GreengrassDesk.shadow { try greengrass.hear(said, from: shadow.thing) }
            },
            { [greengrass] news throws(ServiceProblem) in
                try greengrass.hear(
                    job: news.job, status: news.status, news.details, from: news.thing, tally: news.tally,
                    isAborted: news.isAborted)
            })
        fleet.rules.start(topicActions)
        try greengrass.start()
        objects.start { [events] notices throws(ServiceProblem) in try events.announce(notices) }
    }

    func close() {
        objects.close()
        greengrass.close()
        fleet.close()
        metrics.close()
        events.close()
        queues.close()
        logs.close()
        secrets.close()
        identity.close()
        audit.close()
    }
}
