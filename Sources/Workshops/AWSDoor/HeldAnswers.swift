internal import Core
internal import Synchronization

/// Answers that are ready and go out later, so that whoever asks for news in vain does not ask again at once.
///
/// Concurrency: what is held lies under the lock, and is no more than there are connections; one thread lets it go.
final class HeldAnswers: Sendable {
    private struct Held: Sendable {
        let due: Instant
        let send: @Sendable () -> Void
    }

    private let held = Mutex<[Held]>([])
    private let bell = Doorbell()

    init() {
        Lane.start("held-answers") { [self] in
            while true {
                let seen = bell.rings
                bell.wait(since: seen, until: letGo())
            }
        }
    }

    /// Sends now, or when it is time.
    func send(notBefore due: Instant, _ send: @escaping @Sendable () -> Void) {
        if due <= .now { return send() }
        held.withLock { $0.append(Held(due: due, send: send)) }
        bell.ring()
    }

    /// Sends what is due, and says when the next will be.
    private func letGo() -> Instant {
        let now = Instant.now
        let (ready, next) = held.withLock { held in
            let ready = held.filter { $0.due <= now }
            held.removeAll { $0.due <= now }
            return (ready, held.map(\.due).min() ?? .distantFuture)
        }
        for answer in ready { answer.send() }
        return next
    }
}
