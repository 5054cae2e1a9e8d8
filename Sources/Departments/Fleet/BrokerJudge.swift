internal import AWSDoor
internal import AWSProtocol
package import Broker
internal import Core
internal import Synchronization

/// What certificates may do at the broker: their policies decide, and what they refuse is in the audit.
extension FleetDesk: BrokerWarden {
    package func may(_ wish: BrokerWish, certificate: String, client: String) -> Bool {
        let wishes = names(of: wish, client)
        do throws(ServiceProblem) {
            guard let device = try device(certificate) else {
                for (action, resource) in wishes.prefix(1) {
                    note(action, resource, certificate, "the certificate is not registered here, or not active")
                }
                return false
            }
            // A device may have several connections: AWS's software numbers them behind its name.
            let thing = device.things.contains(client) ? client : String(client.prefix { $0 != "#" })
            let facts = DeviceDoor.facts(of: device, thing).merging(["iot:ClientId": [client]]) { $1 }
            for (action, resource) in wishes {
                guard let objection = try objection(to: action, on: resource, by: device, facts) ?? ownObjection(wish)
                else { continue }
                note(action, resource, certificate, objection)
                return false
            }
            if case .come(let session) = wish { try greet(session, client, device) }
            return true
        } catch { Log.line("broker: \(error.message)") }
        return false
    }

    /// What no policy allows.
    private func ownObjection(_ wish: BrokerWish) -> String? {
        switch wish {
        case .publish(let topic) where Self.isOfHub(topic): "because the hub alone tells of itself there"
        case .keep(let message): objection(toKeeping: message.payload.count, of: message.topic)
        default: nil
        }
    }

    package func wantsSender(of topic: String) -> Bool { rules.wantsSender(of: topic) }

    /// <https://docs.aws.amazon.com/iot/latest/developerguide/iot-action-resources.html>
    private func names(of wish: BrokerWish, _ client: String) -> [(action: String, resource: String)] {
        switch wish {
        case .come: [("iot:Connect", arn("client/\(client)"))]
        case .publish(let topic): [("iot:Publish", arn("topic/\(topic)"))]
        case .keep(let message):
            ["iot:Publish", "iot:RetainPublish"].map { ($0, arn("topic/\(message.topic)")) }
        case .subscribe(let filter): [("iot:Subscribe", arn("topicfilter/\(filter)"))]
        case .receive(let topic): [("iot:Receive", arn("topic/\(topic)"))]
        }
    }

    private func note(_ action: String, _ resource: String, _ certificate: String, _ objection: String) {
        // However it varies what it asks for: so many a minute are enough to know it by.
        let now = WallClock.milliseconds
        let isNews = refused.withLock { refused in
            var tally = refused[certificate] ?? RefusalTally(since: now)
            if now >= tally.since + Self.refusalQuietMilliseconds { tally = RefusalTally(since: now) }
            defer {
                if refused.count >= Self.refusalsMax { refused = [:] }
                refused[certificate] = tally
            }
            return tally.take("\(action) \(resource)")
        }
        guard isNews else { return }
        let caller = Caller(account: account, arn: arn("cert/\(certificate)"), userID: "", keyID: certificate)
        ledger.note(
            CallRecord(
                requestID: UniqueID.random(), milliseconds: Int64(now), service: "iot",
                operation: String(action.dropFirst("iot:".count)), onlyReads: false, caller: caller, keyID: certificate,
                region: region,
                surroundings: Surroundings(sourceAddress: "", userAgent: "mqtt", region: region, isSecure: true),
                resources: [resource], input: DatumMap(),
                problem: ServiceProblem("AccessDeniedException", objection, status: 403)))
    }

    private static let refusalQuietMilliseconds: UInt64 = 60_000
    private static let refusalsMax = 10_000
}

/// What was refused to one certificate within a minute, and is in the audit.
struct RefusalTally: Sendable {
    let since: UInt64
    private var told: Set<String> = []
    private static let toldMax = 20

    init(since: UInt64) { self.since = since }

    /// Whether this one is to be told: it is new, and not one too many.
    mutating func take(_ wish: String) -> Bool {
        told.count < Self.toldMax && told.insert(String(wish.prefix(512))).inserted
    }
}
