internal import AWSDoor
internal import AWSProtocol
package import Broker
internal import Core
internal import Synchronization

/// What certificates may do at the broker: their policies decide, and what they refuse is in the audit.
extension FleetDesk: BrokerWarden {
    package func may(_ wish: BrokerWish, certificate: String, client: String) -> Bool {
        let (action, resource) = name(wish, client)
        do throws(ServiceProblem) {
            guard let device = try device(certificate) else {
                note(action, resource, certificate, "the certificate is not registered here, or not active")
                return false
            }
            // A device may have several connections: AWS's software numbers them behind its name.
            let thing = device.things.contains(client) ? client : String(client.prefix { $0 != "#" })
            let facts = DeviceDoor.facts(of: device, thing).merging(["iot:ClientId": [client]]) { $1 }
            guard let objection = try objection(to: action, on: resource, by: device, facts) else { return true }
            note(action, resource, certificate, objection)
        } catch { Log.line("broker: \(error.message)") }
        return false
    }

    package func came(certificate: String, client: String) {
        connected.withLock { $0[client] = certificate }
    }

    package func went(certificate: String, client: String) {
        connected.withLock { connected in
            if connected[client] == certificate { connected[client] = nil }
        }
    }

    /// <https://docs.aws.amazon.com/iot/latest/developerguide/iot-action-resources.html>
    private func name(_ wish: BrokerWish, _ client: String) -> (action: String, resource: String) {
        switch wish {
        case .come: ("iot:Connect", arn("client/\(client)"))
        case .publish(let topic): ("iot:Publish", arn("topic/\(topic)"))
        case .subscribe(let filter): ("iot:Subscribe", arn("topicfilter/\(filter)"))
        case .receive(let topic): ("iot:Receive", arn("topic/\(topic)"))
        }
    }

    private func note(_ action: String, _ resource: String, _ certificate: String, _ objection: String) {
        // A device that is refused asks again and again: once in a while is enough.
        let key = "\(certificate) \(action) \(resource)"
        let now = WallClock.milliseconds
        let isNews = refused.withLock { refused in
            if let before = refused[key], now < before + Self.refusalQuietMilliseconds { return false }
            if refused.count >= Self.refusalsMax { refused = [:] }
            refused[key] = now
            return true
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
