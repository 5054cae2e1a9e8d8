/// Why a client is no longer at the broker.
package enum Departure: Hashable, Sendable {
    /// It said good-bye.
    case asked
    case lost
    /// It said nothing for one and a half times as long as it had promised to.
    case silent
    /// Another one came with its name.
    case replaced
    /// It broke the protocol, or a limit.
    case faulty
    case refused
    case sentAway
    case unknown

    /// mosquitto tells a module that somebody goes, and its log alone why. Nothing that a client calls itself can pass for more.
    init(line: String, client: String) {
        let start = "Client \(client) "
        guard line.hasPrefix(start) else {
            self = .unknown
            return
        }
        switch line.dropFirst(start.count) {
        case "disconnected.": self = .asked
        case "closed its connection.": self = .lost
        case "has exceeded timeout, disconnecting.": self = .silent
        case "already connected, closing old connection.": self = .replaced
        case "been disconnected by administrative action.": self = .sentAway
        case "disconnected, not authorised.": self = .refused
        case let words where words.hasPrefix("disconnected due to "): self = .faulty
        // A line that breaks off under TLS is an error of the library's.
        case let words where words.hasPrefix("disconnected: "): self = .lost
        default: self = .unknown
        }
    }
}
