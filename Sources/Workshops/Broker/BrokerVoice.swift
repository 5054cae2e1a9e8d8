internal import CKernel
internal import Core
internal import Glibc
internal import Synchronization

/// What mosquitto says. Its complaints go on into the hub's log; what it says of clients does not, but for why the last one went.
///
/// Concurrency: a thread reads, so that mosquitto never waits; whoever asks reads too, because what was said before the question
/// lies in the pipe then.
final class BrokerVoice: Sendable {
    /// Given to mosquitto as its output.
    let mouth: Int32
    private let ear: Int32
    private let heard = Mutex(Heard())
    private let isStopping = Atomic<Bool>(false)
    private let gone = Flagpole()
    private static let lineBytesMax = 8 << 10
    /// How notices begin that come with every client.
    private static let quiet = ["New connection from ", "New client connected from "]
    private static let ofClients = "Client "

    private struct Heard: Sendable {
        var rest: [UInt8] = []
        var last = ""
    }

    init() throws(Fault) {
        var ends: [Int32] = [-1, -1]
        guard unsafe ls_pipe(&ends) == 0 else { throw Fault.system("making a pipe") }
        (ear, mouth) = (ends[0], ends[1])
        _ = fcntl(ear, F_SETFL, O_NONBLOCK)
        Lane.start("broker voice") { [self] in
            listen()
            gone.raise()
        }
    }

    private func listen() {
        var entry = pollfd(fd: ear, events: Int16(POLLIN), revents: 0)
        while !isStopping.load(ordering: .acquiring) {
            guard unsafe poll(&entry, 1, -1) >= 0 || errno == EINTR else { return }
            heard.withLock { drain(&$0) }
        }
    }

    /// Why the client went that the broker says is gone, before it says anything else.
    func departure(of client: String) -> Departure {
        let last = heard.withLock { heard in
            drain(&heard)
            return heard.last
        }
        return Departure(line: last, client: client)
    }

    private func drain(_ heard: inout Heard) {
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe read(ear, &block, block.count)
            guard count > 0 else { return }
            heard.rest += block.prefix(count)
            while let end = heard.rest.firstIndex(of: UInt8(ascii: "\n")) {
                hear(String(decoding: heard.rest[..<end], as: UTF8.self), &heard)
                heard.rest.removeSubrange(...end)
            }
            if heard.rest.count > Self.lineBytesMax { heard.rest = [] }
        }
    }

    private func hear(_ line: String, _ heard: inout Heard) {
        if line.hasPrefix(Self.ofClients) {
            heard.last = line
        } else if !line.isEmpty, !Self.quiet.contains(where: line.hasPrefix) {
            Log.line("mosquitto: \(line)")
        }
    }

    /// After mosquitto has ended.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        // Other children of ours may hold the pipe open: its end is not waited for.
        _ = unsafe write(mouth, "\n", 1)
        gone.wait()
        close(mouth)
        close(ear)
    }
}
