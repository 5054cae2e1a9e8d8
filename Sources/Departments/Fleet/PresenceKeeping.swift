internal import AWSDoor
package import Broker
internal import Core
internal import Database
internal import Records

/// Who comes and goes is written down by things, and told under the topics of AWS's events.
/// <https://docs.aws.amazon.com/iot/latest/developerguide/life-cycle-events.html>
extension FleetDesk {
    static let connectionsTable = """
        CREATE TABLE connections(
            thing TEXT PRIMARY KEY, client TEXT, connected INTEGER, at INTEGER, reason TEXT, version INTEGER,
            seconds INTEGER, clean INTEGER) WITHOUT ROWID;
        """

    /// What a hub that was killed left as it was.
    func settle() {
        do throws(ServiceProblem) {
            try endConnections(.unknown)
            try countRetained()
        } catch { Log.line("what was left of the last time is not settled: \(error.message)") }
    }

    /// Somebody is let in.
    func greet(_ stay: BrokerSession, _ client: String, _ device: Device) throws(ServiceProblem) {
        let thing = try thing(behind: client, device)
        let session = presence.begin(stay, client, device.certificate, thing: thing)
        let now = Int64(WallClock.milliseconds)
        write(session, at: now, event: "connected", ["ipAddress": .text(stay.address)]) {
            database, thing throws(Fault) in
            try database.run(
                """
                INSERT INTO connections VALUES(?1, ?2, 1, ?3, NULL, ?4, ?5, ?6)
                ON CONFLICT DO UPDATE SET
                    client = ?2, connected = 1, at = ?3, reason = NULL, version = ?4, seconds = ?5, clean = ?6
                """,
                [
                    .text(thing), .text(client), .int(now), .int(Int64(session.version)),
                    .int(Int64(stay.keepAliveSeconds)), .int(stay.isClean ? 1 : 0),
                ])
        }
    }

    package func left(_ session: String, client: String, _ departure: Departure) {
        guard let (session, isThere) = presence.end(session, client) else { return }
        let now = Int64(WallClock.milliseconds)
        let details: DatumMap = [
            "clientInitiatedDisconnect": .bool(departure == .asked), "disconnectReason": .text(departure.word),
        ]
        write(session, at: now, event: "disconnected", details) { database, thing throws(Fault) in
            guard !isThere else { return }
            try database.run(
                "UPDATE connections SET connected = 0, at = ?, reason = ? WHERE thing = ?",
                [.int(now), .text(departure.word), .text(thing)])
        }
    }

    /// Nobody can be told of it: whoever listens was there too.
    package func closed(asWished: Bool) {
        presence.clear()
        do throws(ServiceProblem) { try endConnections(asWished ? .sentAway : .unknown) } catch {
            Log.line("that nobody is at the broker is not written down: \(error.message)")
        }
    }

    /// Nobody is there any more.
    func endConnections(_ departure: Departure) throws(ServiceProblem) {
        // A broker that ends by itself is the hub's fault, and so is a hub that does.
        let word = departure == .unknown ? "SERVER_ERROR" : departure.word
        try shelf.change { work in
            try work.database.run(
                "UPDATE connections SET connected = 0, at = ?, reason = ? WHERE connected = 1", [.now, .text(word)])
        }
    }

    /// The broker does not wait for the disk; who listens does, so that he finds what he is told.
    private func write(
        _ session: Presence.Session, at now: Int64, event: String, _ details: DatumMap,
        _ change: @escaping @Sendable (Database, _ thing: String) throws(Fault) -> Void
    ) {
        shelf.submit { work in
            guard let thing = session.thing, try Things.find(thing, work.database) != nil else { return }
            try change(work.database, thing)
        } done: { [self] outcome in
            if case .failure(let problem) = outcome {
                Log.line("that \(session.client) is \(event) is not written down: \(problem.message)")
            }
            announce(session, at: now, event, details)
        }
    }

    private func announce(_ session: Presence.Session, at now: Int64, _ event: String, _ details: DatumMap) {
        // As AWS has it: such names make no topics.
        guard !session.client.utf8.contains(where: { "+#".utf8.contains($0) }) else { return }
        var message: DatumMap = [
            "clientId": .text(session.client), "timestamp": .whole(Int(now)), "eventType": .text(event),
            "sessionIdentifier": .text(session.identifier), "principalIdentifier": .text(session.certificate),
        ]
        for (name, value) in details.members { message[name] = value }
        message["versionNumber"] = .whole(session.version)
        tell(.map(message), under: "\(Self.events)presence/\(event)/\(session.client)")
    }

    /// The thing that is called as the client, or that its number stands behind, or the only one that holds the certificate.
    private func thing(behind client: String, _ device: Device) throws(ServiceProblem) -> String? {
        if try hasThing(client) { return client }
        let stem = String(client.prefix { $0 != "#" })
        if device.things.contains(stem) { return stem }
        return device.things.count == 1 ? device.things.first : nil
    }
}

extension Departure {
    /// As AWS says it.
    var word: String {
        switch self {
        case .asked: "CLIENT_INITIATED_DISCONNECT"
        case .lost: "CONNECTION_LOST"
        case .silent: "MQTT_KEEP_ALIVE_TIMEOUT"
        case .replaced: "DUPLICATE_CLIENTID"
        case .faulty: "CLIENT_ERROR"
        case .refused: "AUTH_ERROR"
        case .sentAway: "SERVER_INITIATED_DISCONNECT"
        case .unknown: "UNKNOWN"
        }
    }
}
