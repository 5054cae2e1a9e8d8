internal import Broker
internal import Core
internal import Synchronization

/// Who is at the broker now.
///
/// Concurrency: a value under a lock, changed on the gate's thread alone. As many as there are connections.
final class Presence: Sendable {
    struct Session: Hashable, Sendable {
        let client: String
        let certificate: String
        /// The thing that it stands for.
        let thing: String?
        let identifier: String
        /// The later of two stays of a client has the higher one, whatever was restarted between them.
        let version: Int
        let stay: BrokerSession
    }

    private struct Book: Sendable {
        var sessions: [String: Session] = [:]
        /// How many sessions stand for a thing.
        var stays: [String: Int] = [:]
        var lastVersion = 0
    }

    private let book = Mutex(Book())

    func begin(_ stay: BrokerSession, _ client: String, _ certificate: String, thing: String?) -> Session {
        book.withLock { book in
            book.lastVersion = max(Int(WallClock.milliseconds), book.lastVersion + 1)
            let session = Session(
                client: client, certificate: certificate, thing: thing, identifier: UniqueID.random(),
                version: book.lastVersion, stay: stay)
            book.sessions[stay.name] = session
            if let thing { book.stays[thing, default: 0] += 1 }
            return session
        }
    }

    /// The session that is over, and whether its thing is there by another one still.
    func end(_ name: String, _ client: String) -> (session: Session, isThere: Bool)? {
        book.withLock { book in
            guard let session = book.sessions[name], session.client == client else { return nil }
            book.sessions[name] = nil
            guard let thing = session.thing else { return (session, false) }
            let rest = (book.stays[thing] ?? 1) - 1
            book.stays[thing] = rest > 0 ? rest : nil
            return (session, rest > 0)
        }
    }

    func clear() {
        book.withLock { book in
            book.sessions = [:]
            book.stays = [:]
        }
    }
}
