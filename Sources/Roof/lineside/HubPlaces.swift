internal import Core
internal import Fleet
internal import Synchronization

/// Where the hub's doors are, once they are open: a port may be any free one.
final class HubPlaces: Sendable {
    /// What others call this machine.
    let name: String
    /// Every name that it is reached by.
    let names: [String]
    private let ports = Mutex((door: 0, documents: 0, messages: 0))

    init(name: String, also others: [String] = []) {
        self.name = name
        names = [name] + others
    }

    func settle(door: Int, documents: Int, messages: Int) { ports.withLock { $0 = (door, documents, messages) } }

    /// Of AWS's protocols, for whoever signs.
    var door: String { "\(name):\(ports.withLock { $0.door })" }
    var documentPort: Int { ports.withLock { $0.documents } }
    var messagePort: Int { ports.withLock { $0.messages } }
    /// Of devices, who have certificates. HTTPS' own port is not told: AWS's credentials provider takes a bare host alone.
    var devices: DeviceAddresses {
        let port = documentPort
        return DeviceAddresses(messages: name, documents: port == 443 ? name : "\(name):\(port)")
    }
}
