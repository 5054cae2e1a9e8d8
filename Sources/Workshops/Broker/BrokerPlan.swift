internal import Core

/// A broker as it is to be.
package struct BrokerPlan: Hashable, Sendable {
    /// Where it keeps sessions and messages.
    package let folder: String
    package let host: String
    package let port: Int
    package let authority: String
    package let certificate: String
    package let key: String
    /// The module through which it asks the hub.
    package let module: String
    /// What the hub says may be longer than what devices may: a shadow before and after a change, with its times.
    /// Of one client: a whole fleet that comes at once speaks to the hub's one line, and what is more than this is thrown away.
    private static let queuedMessagesMax = 200_000
    private static let queuedBytesMax = 128 << 20
    static let messageBytesMax = 4 << 20
    private static let packetBytesMax = messageBytesMax + 1024

    package init(
        folder: String, host: String, port: Int, authority: String, certificate: String, key: String, module: String
    ) {
        self.folder = folder
        self.host = host
        self.port = port
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.module = module
    }

    /// mosquitto.conf. Started by root it would become somebody else, who cannot read the hub's folder. `run`: a folder that only the hub enters, with the two sockets between them.
    /// Without `set_tcp_nodelay` each of a question's small packets waits 40 ms for the device to acknowledge the one before.
    func text(run: String) -> String {
        """
        user root
        allow_anonymous false
        plugin \(module)
        plugin_opt_hub \(run)/gate.sock
        persistence true
        persistence_location \(folder)/
        autosave_interval 10
        autosave_on_changes false
        max_packet_size \(Self.packetBytesMax)
        max_queued_messages \(Self.queuedMessagesMax)
        max_queued_bytes \(Self.queuedBytesMax)
        set_tcp_nodelay true
        log_dest stderr
        log_timestamp false
        log_type error
        log_type warning
        log_type notice
        listener 0 \(run)/house.sock
        listener \(port) \(host)
        cafile \(authority)
        certfile \(certificate)
        keyfile \(key)
        require_certificate true

        """
    }
}
