internal import CKernel
package import Core
internal import Glibc
internal import Synchronization

/// Something that shares a reactor's thread: it is asked for work before the thread sleeps, and when it wakes.
package protocol ReactorGuest: AnyObject {
    /// Does whatever is ready and says whether anything was.
    func work() -> Bool
    /// When it must be asked again at the latest.
    var nextDeadline: Instant { get }
    /// The time in which an answer is expected and looking for it beats sleeping; nil when nothing is.
    var expected: Range<Instant>? { get }
    /// Arms the descriptor that wakes the thread; false when something became ready meanwhile.
    func fallAsleep() -> Bool
    func wakeUp()
    /// The descriptor that becomes readable when a sleeper must wake.
    var descriptor: Int32 { get }
    func silence()
}

/// A thread that serves many connections: waits for events, lets connections and its guest do what is ready.
///
/// Concurrency: everything is confined to the thread that calls `run`, except `post`, `stop` and the constants.
@safe package final class Reactor: @unchecked Sendable {
    package struct Refusal { let status: Status; let text: String }

    package let number: Int
    let limits: ServerLimits
    let router: Router
    package let workers: WorkerPool
    let gate: @Sendable (Route, RequestHead) -> Refusal?
    private let listener: Int32
    private let tls: TLSContext?
    private let epoll: Int32
    private let alarm: Int32
    private var reserve: Int32
    private let inbox = Mutex<[() -> Void]>([])
    private var guest: (any ReactorGuest)?
    private var spares: [ByteBuffer] = []
    private static let sparesMax = 4
    private var connections: [Connection?] = []
    private var freeNumbers: [Int] = []
    private var generation: UInt32 = 0
    private var openCount = 0
    private var nextSweep = Instant.distantFuture
    private(set) var isDraining = false
    private(set) var now = Instant.now
    let dateLine = ByteBuffer(capacity: 64)
    private var dateSecond: Int64 = 0
    private let stopped: @Sendable () -> Void
    private var isStopping = false

    private static let listenerTag = UInt64.max
    private static let alarmTag = UInt64.max - 1
    private static let guestTag = UInt64.max - 2
    private static let sweepNanoseconds = 250 * Span64.millisecond

    init(number: Int, server: ServerPlan, listener: Int32, stopped: @escaping @Sendable () -> Void) throws(Fault) {
        self.number = number
        limits = server.limits
        router = server.router
        workers = server.workers
        gate = server.gate
        tls = server.tls
        self.listener = listener
        self.stopped = stopped
        epoll = ls_epoll_create()
        alarm = ls_eventfd()
        reserve = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard epoll >= 0, alarm >= 0 else { throw Fault.system("making an event loop") }
        _ = ls_epoll_ctl(epoll, Int32(LS_ADD), listener, UInt32(LS_IN | LS_EXCLUSIVE), Self.listenerTag)
        _ = ls_epoll_ctl(epoll, Int32(LS_ADD), alarm, UInt32(LS_IN), Self.alarmTag)
    }

    package func welcome(_ guest: any ReactorGuest) {
        self.guest = guest
        _ = ls_epoll_ctl(epoll, Int32(LS_ADD), guest.descriptor, UInt32(LS_IN), Self.guestTag)
    }

    /// Runs `letter` on this reactor's thread, soon.
    package func post(_ letter: @escaping () -> Void) {
        let sendable = Letter(body: letter)
        let isFirst = inbox.withLock { letters in
            letters.append(sendable.body)
            return letters.count == 1
        }
        guard isFirst else { return }
        var one: UInt64 = 1
        _ = unsafe write(alarm, &one, 8)
    }

    /// Accepts no more, lets requests in progress finish, then ends.
    func drain() {
        post { [self] in
            isDraining = true
            _ = ls_epoll_ctl(epoll, Int32(LS_DEL), listener, 0, 0)
            for connection in connections where connection?.phase == .head || connection?.isStreaming == true {
                connection?.close()
            }
            if openCount == 0 { isStopping = true }
        }
    }

    /// Body memory that is between two requests: fresh pages for every large body would cost more than reading it.
    func spareBuffer() -> ByteBuffer { spares.popLast() ?? ByteBuffer(capacity: 1 << 10) }

    func keepSpare(_ buffer: ByteBuffer) {
        guard spares.count < Self.sparesMax else { return }
        buffer.removeAll()
        spares.append(buffer)
    }

    func run() {
        unsafe ls_name_thread("reactor-\(number)")
        unsafe withUnsafeTemporaryAllocation(of: ls_event.self, capacity: 64) { events in
            guard let start = events.baseAddress else { return }
            while !isStopping { unsafe turn(start, events.count) }
        }
        stopped()
    }

    @discardableResult func refreshNow() -> Instant {
        now = Instant.now
        return now
    }

    private func turn(_ events: UnsafeMutablePointer<ls_event>, _ capacity: Int) {
        refreshNow()
        _ = guest?.work()
        let expected = lookForWork()
        guard guest?.fallAsleep() ?? true else { return }
        let next = min(guest?.nextDeadline ?? .distantFuture, min(nextSweep, expected))
        let wait = next == .distantFuture ? -1 : Int64(clamping: next.since(Instant.now))
        let count = unsafe ls_epoll_wait(epoll, events, Int32(capacity), wait)
        guest?.wakeUp()
        refreshNow()
        refreshDate()
        if count > 0 { for place in 0..<Int(count) { unsafe dispatch(events[place]) } }
        if nextSweep <= now { sweep() }
    }

    /// An answer that is about to come is waited for awake: being woken costs more, most of all after a long sleep.
    /// Returns when to wake up for it, if that is still ahead.
    private func lookForWork() -> Instant {
        guard let guest, let expected = guest.expected else { return .distantFuture }
        if Instant.now < expected.lowerBound { return expected.lowerBound }
        while Instant.now < expected.upperBound {
            for _ in 0..<16 { ls_pause() }
            if guest.work() { break }
        }
        return .distantFuture
    }

    private func dispatch(_ event: ls_event) {
        switch event.data {
        case Self.listenerTag: acceptSome()
        case Self.alarmTag: readInbox()
        case Self.guestTag: guest?.silence()
        default:
            let place = Int(truncatingIfNeeded: event.data & 0xffff_ffff)
            // An earlier event of this round may have closed it, and a new one may live there.
            guard place < connections.count, let connection = connections[place], connection.tag == event.data else {
                return
            }
            connection.happened(event.events)
        }
    }

    private func readInbox() {
        var count: UInt64 = 0
        _ = unsafe read(alarm, &count, 8)
        let letters = inbox.withLock { letters in
            defer { letters.removeAll() }
            return letters.map { Letter(body: $0) }
        }
        for letter in letters { letter.body() }
    }

    private func acceptSome() {
        for _ in 0..<16 {
            let descriptor = ls_accept(listener, nil, 0)
            guard descriptor >= 0 else { return errno == EMFILE || errno == ENFILE ? turnAwayOnReserve() : () }
            guard openCount < limits.connectionsMax else {
                turnAway(descriptor)
                continue
            }
            _ = ls_set_nodelay(descriptor)
            if let transport = Transport(descriptor: descriptor, tls: tls) { admit(transport) }
        }
    }

    /// Out of descriptors, a connection that nobody accepts would keep the listener ready for ever: one descriptor is kept
    /// back to accept it and turn it away.
    private func turnAwayOnReserve() {
        close(reserve)
        let descriptor = ls_accept(listener, nil, 0)
        if descriptor >= 0 { turnAway(descriptor) }
        reserve = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC)
    }

    private func turnAway(_ descriptor: Int32) {
        let text: StaticString = """
            HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 32\r\nConnection: close\r\n\r\n\
            {"error":"too many connections"}
            """
        _ = unsafe send(descriptor, text.utf8Start, text.utf8CodeUnitCount, Int32(MSG_NOSIGNAL))
        close(descriptor)
    }

    private func admit(_ transport: consuming Transport) {
        let descriptor = transport.descriptor
        generation &+= 1
        let place = freeNumbers.popLast() ?? connections.count
        let tag = UInt64(generation & 0x7fff_ffff) << 32 | UInt64(place)
        let connection = Connection(transport: transport, tag: tag, reactor: self)
        if place == connections.count { connections.append(connection) } else { connections[place] = connection }
        openCount += 1
        _ = ls_epoll_ctl(epoll, Int32(LS_ADD), descriptor, connection.interest, tag)
        if nextSweep == .distantFuture { nextSweep = now.advanced(by: Self.sweepNanoseconds) }
    }

    func change(_ connection: Connection, _ events: UInt32) {
        _ = ls_epoll_ctl(epoll, Int32(LS_MOD), connection.transport.descriptor, events, connection.tag)
    }

    func forget(_ connection: Connection) {
        let place = Int(truncatingIfNeeded: connection.tag & 0xffff_ffff)
        guard connections[place] === connection else { return }
        _ = ls_epoll_ctl(epoll, Int32(LS_DEL), connection.transport.descriptor, 0, 0)
        connections[place] = nil
        freeNumbers.append(place)
        openCount -= 1
        if isDraining && openCount == 0 { isStopping = true }
    }

    private func sweep() {
        for connection in connections { connection?.sweep(now) }
        nextSweep = openCount == 0 ? .distantFuture : now.advanced(by: Self.sweepNanoseconds)
    }

    /// The Date line changes once a second; everyone sends the same bytes.
    private func refreshDate() {
        let second = ls_wall_ns() / 1_000_000_000
        guard second != dateSecond else { return }
        dateSecond = second
        var time = time_t(second)
        var parts = unsafe tm()
        unsafe gmtime_r(&time, &parts)
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            guard let start = text.baseAddress else { return }
            let count = unsafe strftime(start, text.count, "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts)
            dateLine.removeAll()
            unsafe dateLine.append(UnsafeRawBufferPointer(start: start, count: count))
        }
    }
}

/// A closure on its way to the one thread that will run it.
struct Letter: @unchecked Sendable {
    let body: () -> Void
}
