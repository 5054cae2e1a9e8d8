internal import CKernel
internal import Core
internal import Glibc
internal import Synchronization

/// The hub's end of the socket through which the broker asks whether somebody may.
///
/// Concurrency: one thread answers; sending somebody away is said from anywhere, because each message is whole.
final class BrokerGate: Sendable {
    private let path: String
    private let listener: Int32
    private let line = Mutex<Int32>(-1)
    private let warden: any BrokerWarden
    let notes = SenderNotes()
    private let isStopping = Atomic<Bool>(false)
    private let gone = Flagpole()
    private let voice: BrokerVoice
    private static let messageMax = 256 << 10
    private static let patienceSeconds: Int32 = 2
    /// The hub's own line; no certificate reads like this.
    private static let house = "house"

    init(_ path: String, _ warden: any BrokerWarden, _ voice: BrokerVoice) throws(Fault) {
        self.path = path
        self.warden = warden
        self.voice = voice
        listener = try Self.listen(path)
        Lane.start("broker gate", stackBytes: 2 << 20) { [self] in
            while !isStopping.load(ordering: .acquiring) { serve() }
            gone.raise()
        }
    }

    private static func listen(_ path: String) throws(Fault) -> Int32 {
        let descriptor = unsafe ls_packets_listen(path)
        guard descriptor >= 0 else { throw Fault.system("listening at \(path)") }
        return descriptor
    }

    /// One broker, from its coming to its end.
    private func serve() {
        let descriptor = ls_packets_accept(listener, Self.patienceSeconds)
        guard descriptor >= 0 else {
            if !isStopping.load(ordering: .acquiring) { usleep(50_000) }
            return
        }
        line.withLock { $0 = descriptor }
        var room = [UInt8](repeating: 0, count: Self.messageMax)
        while true {
            let count = unsafe recv(descriptor, &room, room.count, 0)
            if count <= 0 { break }
            heed(room.prefix(count), descriptor)
        }
        warden.closed(asWished: isStopping.load(ordering: .acquiring))
        // Under the lock, so that nobody speaks into a number that has become somebody else's.
        line.withLock { line in
            line = -1
            close(descriptor)
        }
    }

    private func heed(_ message: ArraySlice<UInt8>, _ descriptor: Int32) {
        guard let question = GateQuestion(message) else { return }
        let word = answer(question) ? note(of: question).map { "M" + $0 } ?? "Y" : "N"
        _ = say(word, to: descriptor)
    }

    /// What a message is to carry, so that it can be told who sent it.
    private func note(of question: GateQuestion) -> String? {
        guard question.certificate != Self.house, let topic = question.published, warden.wantsSender(of: topic) else {
            return nil
        }
        return notes.note(of: BrokerSender(certificate: question.certificate, client: question.client))
    }

    private func answer(_ question: GateQuestion) -> Bool {
        let (certificate, client) = (question.certificate, question.client)
        switch question.matter {
        case .gone(let session):
            warden.left(session, client: client, voice.departure(of: client))
            return true
        case .wish(let wish):
            let isHouse = certificate == Self.house
            guard isHouse || warden.may(wish, certificate: certificate, client: client) else { return false }
            if case .keep(let message) = wish { warden.keeps(message) }
            return true
        }
    }

    /// Whoever has this certificate is to go. A broker that does not take it in is done for: the next lets nobody in who
    /// may not.
    func sendAway(_ certificate: String) {
        line.withLock { descriptor in
            guard descriptor >= 0, !say("K" + certificate, to: descriptor) else { return }
            Log.line("broker: it does not hear who is to go; it is started again")
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
    }

    private func say(_ text: String, to descriptor: Int32) -> Bool {
        let bytes = Array(text.utf8)
        return unsafe send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// The broker is about to be ended.
    func expectEnd() { isStopping.store(true, ordering: .releasing) }

    func stop() {
        expectEnd()
        shutdown(listener, Int32(SHUT_RDWR))
        line.withLock { descriptor in
            if descriptor >= 0 { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
        gone.wait()
        close(listener)
        unsafe unlink(path)
    }
}
