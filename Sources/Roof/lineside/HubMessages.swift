internal import Broker
internal import Core
internal import Fleet
internal import Greengrass

/// The way between the broker and the departments. Each thing's messages are dealt with in their order; many share a commit.
final class HubMessages: Sendable {
    private static let lanes = 8
    /// What waits for its turn in a lane; the broker keeps the rest.
    private static let waitingMax = 64
    private let lanes: [WorkerPool]
    private let waiting = (0..<lanes).map { _ in Turnstile(waitingMax) }
    private let fleet: FleetDesk
    private let greengrass: GreengrassDesk

    init(_ fleet: FleetDesk, _ greengrass: GreengrassDesk) {
        self.fleet = fleet
        self.greengrass = greengrass
        lanes = (0..<Self.lanes).map { WorkerPool("messages-\($0)", threads: 1) }
    }

    var filters: [String] {
        FleetDesk.shadowFilters + FleetDesk.jobFilters + FleetDesk.provisioningFilters + [GreengrassDesk.healthFilter]
    }

    func hear(_ topic: String, _ payload: [UInt8]) {
        let words = topic.split(separator: "/", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
        guard words.count > 3 else { return }
        let number = Int(UInt(bitPattern: words[2].hashValue) % UInt(Self.lanes))
        let turnstile = waiting[number]
        turnstile.enter()
        lanes[number].submit { [self] in
            defer { turnstile.leave() }
            switch words[3] {
            case "shadow": fleet.hear(shadowTopic: topic, payload)
            case "jobs": fleet.hear(jobTopic: topic, payload)
            case "greengrassv2":
                do throws(ServiceProblem) { try greengrass.hear(health: payload, from: words[2]) } catch {
                    Log.line("\(topic): \(error.message)")
                }
            case "json", "provision": fleet.refuse(provisioningTopic: topic)
            default: break
            }
        }
    }

    /// Comes back when everything that came has been dealt with.
    func drain() { for turnstile in waiting { turnstile.waitForAll() } }
}

extension Broker {
    /// Hands over what a department has to send.
    func carry(_ posting: Posting) throws(Fault) {
        let (payload, topic) = (posting.payload, posting.topic)
        guard posting.isAwaited else {
            return publish(payload, to: topic, quality: posting.quality, isKept: posting.isKept)
        }
        try deliver(payload, to: topic, quality: posting.quality, isKept: posting.isKept)
    }
}
