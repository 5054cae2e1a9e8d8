internal import CMQTT
package import Core
internal import Synchronization

/// A client of an MQTT broker, which connects again and again until it is stopped.
///
/// Concurrency: thread safe, as libmosquitto is. The listener is called on the client's own thread, in the order in which
/// things came.
@safe package final class MQTTClient: @unchecked Sendable {
    /// What comes of a connection.
    package enum Event: Hashable, Sendable {
        case connected
        /// Why not, or why no longer.
        case disconnected(String)
        case message(topic: String, payload: [UInt8])
        /// The same of a client that speaks MQTT 5: `mark` is that of the subscription that it comes by.
        case marked(topic: String, payload: [UInt8], mark: Int, note: String?)
        /// A message with this number is with the broker.
        case sent(Int)
        /// The broker has answered the subscription with this number, or its end.
        case settled(Int)
    }

    package enum Version: Hashable, Sendable {
        case three
        case five
    }

    /// How a client proves who it is, and whom it believes: PEM files.
    package struct Security: Hashable, Sendable {
        package let authority: String
        package let certificate: String
        package let key: String

        package init(authority: String, certificate: String, key: String) {
            self.authority = authority
            self.certificate = certificate
            self.key = key
        }
    }

    private let handle: OpaquePointer
    private let ear: Unmanaged<Ear>
    private let isStopped = Mutex(false)

    /// `id` is what the broker knows it by; with `forgets` it is a stranger again after each connection.
    package init(
        _ id: String, forgets: Bool, version: Version = .three, security: Security? = nil,
        _ listener: @escaping @Sendable (Event) -> Void
    ) throws(Fault) {
        if let reason = unsafe ls_mqtt_missing() {
            let words = unsafe String(cString: reason)
            throw Fault(
                .unavailable, "libmosquitto cannot be opened: \(words)", hint: "install Debian's package libmosquitto1")
        }
        unsafe ear = Unmanaged.passRetained(Ear(listener))
        let hears = unsafe ls_mqtt_ear(
            context: ear.toOpaque(), connected: Ear.onConnected, disconnected: Ear.onDisconnected, came: Ear.onMessage,
            marked: Ear.onMarked, sent: Ear.onSent, settled: Ear.onSettled)
        guard let handle = unsafe ls_mqtt_create(id, forgets, hears) else {
            unsafe ear.release()
            throw Fault(.exhausted, "no memory for an MQTT client")
        }
        unsafe self.handle = unsafe handle
        if version == .five, unsafe !ls_mqtt_speak5(handle) { throw Fault(.exhausted, "no memory for an MQTT client") }
        guard let security else { return }
        let code = unsafe ls_mqtt_secure(handle, security.authority, security.certificate, security.key)
        guard code == 0 else {
            stop()
            throw Fault(.invalid, "MQTT over TLS cannot be set up: \(Self.reason(code))")
        }
    }

    deinit {
        stop()
        unsafe ls_mqtt_free(handle)
        unsafe ear.release()
    }

    /// Connects in the background, and again whenever the connection is lost. With port 0 the host is the path of a socket.
    package func start(host: String, port: Int, keepAlive seconds: Int = 30) throws(Fault) {
        guard unsafe ls_mqtt_start(handle, host, Int32(port), Int32(seconds)) else {
            throw Fault(.exhausted, "no thread for an MQTT client")
        }
    }

    package func subscribe(_ filter: String, quality: Int = 1) throws(Fault) {
        let code = unsafe ls_mqtt_subscribe(handle, filter, Int32(quality))
        guard code == 0 else { throw Fault(.unavailable, "subscribing to \(filter): \(Self.reason(code))") }
    }

    /// By MQTT 5: what comes for this filter carries `mark`, and what this client says itself does not come. Its number
    /// is told when it is settled. Without a connection nothing is kept for later.
    package func subscribe(_ filter: String, mark: Int, quality: Int = 1) throws(Fault) -> Int {
        var number: Int32 = 0
        let code = unsafe ls_mqtt_subscribe_marked(handle, filter, Int32(quality), Int32(mark), &number)
        return try Self.number(number, code, "subscribing to \(filter)")
    }

    package func unsubscribe(_ filter: String) throws(Fault) -> Int {
        var number: Int32 = 0
        let code = unsafe ls_mqtt_unsubscribe(handle, filter, &number)
        return try Self.number(number, code, "unsubscribing from \(filter)")
    }

    /// Invalid, too large, no text, larger than the broker takes: libmosquitto's own numbers.
    private static let neverTaken: Set<Int32> = [3, 9, 18, 25]

    private static func number(_ number: Int32, _ code: Int32, _ what: String) throws(Fault) -> Int {
        guard code != noConnection else { throw Fault(.notConnected, "\(what): there is no connection") }
        guard code == 0 else {
            throw Fault(neverTaken.contains(code) ? .invalid : .unavailable, "\(what): \(reason(code))")
        }
        return Int(number)
    }

    /// Whether this is what a client says that has no connection now.
    package static func isWithoutConnection(_ fault: Fault) -> Bool { fault.code == .notConnected }

    /// Hands a message over; its number is told when the broker has it. Without a connection nothing is kept for later. `isKept`:
    /// the broker keeps it for whoever subscribes later.
    @discardableResult
    package func publish(
        _ payload: [UInt8], to topic: String, quality: Int = 1, isKept: Bool = false
    ) throws(Fault) -> Int {
        var number: Int32 = 0
        let code = unsafe ls_mqtt_publish(handle, topic, payload, payload.count, Int32(quality), isKept, &number)
        return try Self.number(number, code, "publishing to \(topic)")
    }

    /// Says good-bye; nothing is heard afterwards. Not from the listener.
    package func stop() {
        let isFirst = isStopped.withLock { stopped in
            defer { stopped = true }
            return !stopped
        }
        if isFirst { unsafe ls_mqtt_stop(handle) }
    }

    private static let noConnection: Int32 = 4

    static func reason(_ code: Int32) -> String {
        guard let text = unsafe ls_mqtt_reason(code) else { return "code \(code)" }
        return unsafe String(cString: text)
    }
}

/// What libmosquitto calls back.
private final class Ear: Sendable {
    private let listener: @Sendable (MQTTClient.Event) -> Void

    init(_ listener: @escaping @Sendable (MQTTClient.Event) -> Void) { self.listener = listener }

    private static func tell(_ context: UnsafeMutableRawPointer?, _ event: MQTTClient.Event) {
        guard let context = unsafe context else { return }
        unsafe Unmanaged<Ear>.fromOpaque(context).takeUnretainedValue().listener(event)
    }

    static let onConnected: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, code in
        // Codes of a refusal are MQTT's own here, not the library's.
        unsafe tell(context, code == 0 ? .connected : .disconnected("the broker refuses it (code \(code))"))
    }

    static let onDisconnected: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, code in
        unsafe tell(context, .disconnected(code == 0 ? "" : MQTTClient.reason(code)))
    }

    static let onMessage:
        @convention(c) (UnsafeMutableRawPointer?, UnsafePointer<CChar>?, UnsafeRawPointer?, Int) -> Void = {
            context, topic, payload, count in
            guard let topic = unsafe topic else { return }
            let bytes = unsafe UnsafeRawBufferPointer(start: payload, count: payload == nil ? 0 : count)
            unsafe tell(context, .message(topic: String(cString: topic), payload: Array(bytes)))
        }

    static let onMarked:
        @convention(c) (
            UnsafeMutableRawPointer?, UnsafePointer<CChar>?, UnsafeRawPointer?, Int, Int32, UnsafePointer<CChar>?
        ) -> Void = { context, topic, payload, count, mark, note in
            guard let topic = unsafe topic else { return }
            let bytes = unsafe UnsafeRawBufferPointer(start: payload, count: payload == nil ? 0 : count)
            let text = unsafe note.map { unsafe String(cString: $0) }
            unsafe tell(
                context, .marked(topic: String(cString: topic), payload: Array(bytes), mark: Int(mark), note: text))
        }

    static let onSettled: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, number in
        unsafe tell(context, .settled(Int(number)))
    }

    static let onSent: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { context, number in
        unsafe tell(context, .sent(Int(number)))
    }
}

extension Fault.Code {
    fileprivate static let notConnected = Fault.Code(rawValue: "not connected")
}
