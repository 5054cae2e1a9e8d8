/// What the module in mosquitto asks or tells, as a value: see `gate.h`.
struct GateQuestion: Hashable, Sendable {
    enum Matter: Hashable, Sendable {
        case wish(BrokerWish)
        /// A session is over.
        case gone(String)
    }

    let certificate: String
    let client: String
    let matter: Matter

    /// The topic of a message that is to be published.
    var published: String? {
        switch matter {
        case .wish(.publish(let topic)): topic
        case .wish(.keep(let message)): message.topic
        default: nil
        }
    }

    /// Nil for what is none.
    init?(_ message: some Collection<UInt8>) {
        guard let kind = message.first else { return nil }
        let isKept = kind == UInt8(ascii: "T")
        let fields = message.dropFirst().split(
            separator: 0, maxSplits: isKept ? 4 : 5, omittingEmptySubsequences: false)
        // What is kept may be anything, and is the last.
        let words = fields.prefix(isKept ? 4 : 6).map { String(decoding: $0, as: UTF8.self) }
        guard words.count > 2 else { return nil }
        (certificate, client) = (words[0], words[1])
        switch kind {
        case UInt8(ascii: "C"):
            guard words.count == 6 else { return nil }
            let session = BrokerSession(
                name: words[2], address: words[3], keepAliveSeconds: Int(words[4]) ?? 0, isClean: words[5] == "1")
            matter = .wish(.come(session))
        case UInt8(ascii: "T"):
            guard fields.count == 5, let quality = Int(words[3]) else { return nil }
            matter = .wish(.keep(KeptMessage(topic: words[2], quality: quality, payload: Array(fields[4]))))
        case UInt8(ascii: "P"): matter = .wish(.publish(words[2]))
        case UInt8(ascii: "S"): matter = .wish(.subscribe(words[2]))
        case UInt8(ascii: "R"): matter = .wish(.receive(words[2]))
        case UInt8(ascii: "D"): matter = .gone(words[2])
        default: return nil
        }
    }
}
