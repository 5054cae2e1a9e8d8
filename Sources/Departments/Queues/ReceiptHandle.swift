internal import Core

/// What a receiver is given to delete a message with: which message, the proof that it was received, and which receive
/// it was.
struct ReceiptHandle: Hashable, Sendable {
    let message: Int64
    /// Known to those alone who received the message.
    let key: String
    let receive: Int64

    init(message: Int64, key: String, receive: Int64) {
        self.message = message
        self.key = key
        self.receive = receive
    }

    init(parsing text: String) throws(ServiceProblem) {
        let parts = Base64.bytes(text).map { String(decoding: $0, as: UTF8.self).split(separator: ":") } ?? []
        guard parts.count == 3, let message = Int64(parts[0]), let receive = Int64(parts[2]) else {
            throw QueueProblem.handle(text)
        }
        self.init(message: message, key: String(parts[1]), receive: receive)
    }

    var text: String { Base64.text(Array("\(message):\(key):\(receive)".utf8)) }
}
