/// What a device wants of the broker.
package enum BrokerWish: Hashable, Sendable {
    case come(BrokerSession)
    case publish(String)
    /// To publish something that is kept for whoever subscribes later.
    case keep(KeptMessage)
    case subscribe(String)
    case receive(String)
}

/// One stay of a client at the broker.
package struct BrokerSession: Hashable, Sendable {
    /// No two who are there at once have the same.
    package let name: String
    package let address: String
    package let keepAliveSeconds: Int
    package let isClean: Bool

    package init(name: String, address: String, keepAliveSeconds: Int, isClean: Bool) {
        self.name = name
        self.address = address
        self.keepAliveSeconds = keepAliveSeconds
        self.isClean = isClean
    }
}

/// A message that the broker keeps for a topic until another one comes; an empty one takes it back.
package struct KeptMessage: Hashable, Sendable {
    package static let bytesMax = 128 << 10
    package let topic: String
    package let quality: Int
    package let payload: [UInt8]

    package init(topic: String, quality: Int, payload: [UInt8]) {
        self.topic = topic
        self.quality = quality
        self.payload = payload
    }
}

/// Who decides, and who is told. Called on the gate's thread, one at a time: the broker waits.
package protocol BrokerWarden: Sendable {
    /// `certificate`: its SHA-256 in hexadecimal. Whoever is let come is there until `left` names its session.
    func may(_ wish: BrokerWish, certificate: String, client: String) -> Bool
    /// Whether somebody will ask who sent the messages under this topic.
    func wantsSender(of topic: String) -> Bool
    /// The broker keeps this now, whoever said it: a device that was let, or the hub itself.
    func keeps(_ message: KeptMessage)
    /// A session is over; one that is not known may be named too.
    func left(_ session: String, client: String, _ departure: Departure)
    /// The broker has ended, and everybody's session with it.
    func closed(asWished: Bool)
}
