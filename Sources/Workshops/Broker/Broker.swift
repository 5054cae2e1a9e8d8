package import Core
internal import Files
internal import Glibc
internal import MQTT
internal import Process
internal import Synchronization

/// mosquitto, started, configured and ended by the hub, and the hub's own line into it.
///
/// Concurrency: one thread keeps the process alive; messages come on the client's thread.
package final class Broker: Sendable {
    package typealias Listener = @Sendable (_ topic: String, _ payload: [UInt8]) -> Void

    private let plan: BrokerPlan
    package var port: Int { plan.port }
    private let run: String
    private let voice: BrokerVoice
    private let gate: BrokerGate
    private let receipts = Receipts()
    private let child = Mutex<ChildProcess?>(nil)
    private let isStopping = Atomic<Bool>(false)
    private let gone = Flagpole()
    private let client = Mutex<MQTTClient?>(nil)
    private let isReady = Atomic<Bool>(false)
    private let ruleLine = Mutex<RuleLine?>(nil)
    private static let program = "/usr/sbin/mosquitto"
    private static let startSeconds: UInt64 = 10
    private static let deliverySeconds: UInt64 = 5
    /// Nobody listens there.
    private static let milestone = "$lineside/milestone"
    private static let house = "lineside-hub"

    /// Why there can be no broker here; nil when there can.
    package static func complaint(module: String) -> String? {
        if unsafe access(program, X_OK) != 0 { return "\(program) is missing: install Debian's package mosquitto" }
        if !FileAccess.isFile(module) { return "\(module) is missing: build it with `make build`" }
        return nil
    }

    package init(_ plan: BrokerPlan, _ warden: any BrokerWarden) throws(Fault) {
        self.plan = plan
        try FileAccess.makeFolder(plan.folder)
        // Sockets need short paths, whatever the hub's folder is called.
        run = "/tmp/lineside-broker-\(getpid())-\(UniqueID.random().prefix(8))"
        try FileAccess.makeFolder(run, mode: 0o700)
        try Self.replace(run, notedIn: plan.folder + "/run")
        voice = try BrokerVoice()
        gate = try BrokerGate(run + "/gate.sock", warden, voice)
        try FileAccess.writeDurably(Array(plan.text(run: run).utf8), to: run + "/mosquitto.conf")
    }

    /// A hub that was killed left its sockets' folder behind: it is noted where the next one finds it.
    private static func replace(_ run: String, notedIn file: String) throws(Fault) {
        if FileAccess.isFile(file) {
            let old = String(decoding: try FileAccess.read(file, limit: 4096), as: UTF8.self)
            if old.hasPrefix("/tmp/lineside-broker-"), !old.contains("..") { FileAccess.remove(old) }
        }
        try FileAccess.writeDurably(Array(run.utf8), to: file)
    }

    /// The broker's own socket, once it is there.
    private var houseSocket: String { run + "/house.sock" }

    /// Starts it, and listens to these filters. Comes back when the hub is connected. `connected`: on the client's thread, then and
    /// whenever the hub is connected again.
    package func start(
        _ filters: [String], connected: @escaping @Sendable () -> Void = {}, _ listener: @escaping Listener
    ) throws(Fault) {
        try launch()
        Lane.start("broker") { [self] in
            keep()
            gone.raise()
        }
        let deadline = Instant.now.advanced(by: Self.startSeconds * Span64.second)
        while unsafe access(houseSocket, F_OK) != 0, Instant.now < deadline { usleep(1_000) }
        let client = try MQTTClient(Self.house, forgets: false) { [self] event in
            hear(event, filters, connected, listener)
        }
        self.client.withLock { $0 = client }
        try client.start(host: houseSocket, port: 0)
        while !isReady.load(ordering: .acquiring), Instant.now < deadline { usleep(2_000) }
        guard isReady.load(ordering: .acquiring) else {
            stop()
            throw Fault(
                .unavailable, "mosquitto does not come up on \(plan.host):\(plan.port)",
                hint: "its words are above; another program may listen there: choose --message-port")
        }
    }

    private func hear(
        _ event: MQTTClient.Event, _ filters: [String], _ connected: @Sendable () -> Void, _ listener: Listener
    ) {
        switch event {
        case .connected:
            for filter in filters {
                do throws(Fault) { try client.withLock { $0 }?.subscribe(filter) } catch {
                    Log.line("broker: \(error)")
                }
            }
            connected()
            isReady.store(true, ordering: .releasing)
        case .disconnected(let why):
            if !isStopping.load(ordering: .acquiring), !why.isEmpty { Log.line("broker: \(why)") }
        case .message(let topic, let payload): listener(topic, payload)
        case .sent(let number): receipts.note(number)
        case .marked, .settled: break
        }
    }

    /// Opens the line for rules; after `start`. What the broker has kept comes at once: by which filters has to be known
    /// before.
    package func openRuleLine(
        _ filters: Set<String>, _ listener: @escaping RuleLine.Listener
    ) throws(Fault) -> RuleLine {
        let line = RuleLine(gate.notes, listener)
        line.attend(to: filters)
        ruleLine.withLock { $0 = line }
        try line.start(houseSocket)
        return line
    }

    /// `isKept`: for whoever subscribes later, too.
    package func publish(_ payload: [UInt8], to topic: String, quality: Int = 1, isKept: Bool = false) {
        guard payload.count <= BrokerPlan.messageBytesMax else {
            return Log.line(
                "broker: \(topic): a message of \(ByteSize(payload.count)) is not sent: nobody could take it")
        }
        do throws(Fault) {
            try client.withLock { $0 }?.publish(payload, to: topic, quality: quality, isKept: isKept)
        } catch {
            // While the broker is being started again nobody is there to hear it.
            if !MQTTClient.isWithoutConnection(error) { Log.line("broker: \(topic): \(error)") }
        }
    }

    /// Comes back when the broker has the message. Not on the client's own thread.
    package func deliver(_ payload: [UInt8], to topic: String, quality: Int, isKept: Bool) throws(Fault) {
        guard let client = client.withLock({ $0 }) else { throw Fault(.unavailable, "the broker is not running") }
        let mark = receipts.begin()
        defer { receipts.end() }
        var number = try client.publish(payload, to: topic, quality: quality, isKept: isKept)
        // What is sent without a receipt is there when what comes behind it is.
        if quality == 0 { number = try client.publish([], to: Self.milestone) }
        let deadline = Instant.now.advanced(by: Self.deliverySeconds * Span64.second)
        guard receipts.wait(for: number, since: mark, until: deadline) else {
            throw Fault(.unavailable, "the broker has not taken a message within \(Self.deliverySeconds) s")
        }
    }

    /// Whoever has this certificate is to go.
    package func sendAway(_ certificate: String) { gate.sendAway(certificate) }

    // MARK: the process

    /// Not once it is being stopped: nobody would end it.
    private func launch() throws(Fault) {
        let outcome = child.withLock { child in
            Result { () throws(Fault) in
                guard !isStopping.load(ordering: .acquiring) else { return }
                child = try ChildProcess.spawn(
                    [Self.program, "-c", run + "/mosquitto.conf"], keeping: [], output: voice.mouth, inOwnGroup: true)
            }
        }
        try outcome.get()
    }

    private func keep() {
        var pause = BackOff(shortest: 100 * Span64.millisecond, longest: 10 * Span64.second)
        while let now = child.withLock({ $0 }) {
            let end = now.wait()
            if isStopping.load(ordering: .acquiring) { return }
            Log.line("mosquitto ended (\(end)) and is started again")
            usleep(UInt32(pause.next() / 1000))
            while !isStopping.load(ordering: .acquiring) {
                do throws(Fault) {
                    try launch()
                    break
                } catch { Log.line("\(error)") }
                usleep(UInt32(pause.next() / 1000))
            }
        }
    }

    package func stop() {
        ruleLine.withLock { $0 }?.stop()
        let last = client.withLock { client in
            defer { client = nil }
            return client
        }
        last?.stop()
        let child = child.withLock { child in
            isStopping.store(true, ordering: .releasing)
            return child
        }
        gate.expectEnd()
        if let child {
            child.kill(SIGTERM)
            gone.wait()
        }
        gate.stop()
        voice.stop()
        FileAccess.remove(run)
    }
}
