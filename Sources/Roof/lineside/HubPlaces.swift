internal import Core
internal import Fleet
internal import Synchronization

/// Where the hub's doors are, once they are open: a port may be any free one.
final class HubPlaces: Sendable {
    private let host: String
    private let ports = Mutex((door: 0, documents: 0, messages: 0))

    init(host: String) { self.host = host == "0.0.0.0" ? "127.0.0.1" : host }

    func settle(door: Int, documents: Int, messages: Int) { ports.withLock { $0 = (door, documents, messages) } }

    /// Of AWS's protocols, for whoever signs.
    var door: String { "\(host):\(ports.withLock { $0.door })" }
    var documentPort: Int { ports.withLock { $0.documents } }
    var messagePort: Int { ports.withLock { $0.messages } }
    /// Of devices, who have certificates.
    var devices: DeviceAddresses {
        DeviceAddresses(messages: host, documents: "\(host):\(ports.withLock { $0.documents })")
    }
}
