/// One run under way: gives due requests to free connections and notes what comes back. It lives on one thread, and
/// only ever waits in `SocketWaiter`.
struct BenchLoop {
    private let plan: BenchPlan
    private let timeout: Nanoseconds
    private let connections: [BenchConnection]
    private var waiter = SocketWaiter()
    private var buffer = [UInt8](repeating: 0, count: BenchLimit.receiveBytes)
    private var pacer: Pacer
    private var ledger: BenchLedger
    private let origin = MonotonicClock.now
    /// Where the search for a free connection begins, so that all get their turn.
    private var turn = 0
    private var busy = 0
    private var isStopped = false

    /// The connections must be open: what a run measures is requests, not the first handshakes.
    init(plan: BenchPlan, connections: [BenchConnection]) {
        self.plan = plan
        self.connections = connections
        timeout = Nanoseconds(clamping: plan.timeout)
        pacer = Pacer(plan: plan)
        ledger = BenchLedger(plan: plan)
    }

    private var now: Nanoseconds { MonotonicClock.now - origin }

    /// Runs to the end of the plan, or until `shouldStop` says so.
    mutating func run(progress: (BenchProgress) -> Void, shouldStop: () -> Bool) -> BenchReport {
        let startedAt = MonotonicClock.wallSeconds
        var nextTick: Nanoseconds = 0
        var nextProgress = BenchLimit.progressPeriod
        while true {
            startDue()
            if now >= nextTick {
                isStopped = shouldStop() || ledger.isFull
                giveUpOverdue()
                nextTick = now + BenchLimit.tick
            }
            if now >= nextProgress {
                progress(ledger.takeProgress(at: now))
                // A slow callback loses periods; it is not called in a bunch afterwards.
                repeat { nextProgress += BenchLimit.progressPeriod } while nextProgress <= now
            }
            if isStopped || (busy == 0 && pacer.nextDue(at: now) == nil) { break }
            wait(until: min(nextTick, nextProgress))
            collect()
        }
        return report(startedAt: startedAt)
    }

    private func report(startedAt: Int) -> BenchReport {
        let end = isStopped ? min(now, pacer.end) : pacer.end
        return ledger.report(
            plan: plan, startedAt: startedAt, untaken: pacer.untaken(at: end),
            underWay: connections.compactMap(\.exchange), end: end, stoppedEarly: isStopped)
    }

    /// Gives due requests to free connections: one each, so that a server that refuses at once cannot hold the loop.
    private mutating func startDue() {
        for _ in connections.indices {
            guard busy < connections.count, let index = freeConnection() else { return }
            guard let intended = pacer.take(at: now) else { return }
            let started = max(now, intended)
            // A closed loop has no schedule: what it intends is what it does.
            let exchange = Exchange(intended: plan.rate == nil ? started : intended, started: started)
            ledger.began(exchange)
            busy += 1
            turn = (index + 1) % connections.count
            if let outcome = connections[index].begin(exchange) { note(outcome, of: exchange, on: connections[index]) }
        }
    }

    private func freeConnection() -> Int? {
        let now = now
        for step in connections.indices {
            let index = (turn + step) % connections.count
            if connections[index].isFree(at: now) { return index }
        }
        return nil
    }

    /// Waits for a socket, for the next due request when there is somebody to send it, or for `moment`.
    private mutating func wait(until moment: Nanoseconds) {
        waiter.reset()
        for connection in connections {
            guard let descriptor = connection.descriptor else { continue }
            waiter.watch(descriptor, writing: connection.wantsToWrite)
        }
        let now = now
        var wakeUp = moment
        if freeConnection() != nil, let due = pacer.nextDue(at: now) { wakeUp = min(wakeUp, due) }
        waiter.wait(wakeUp > now ? wakeUp - now : 0)
    }

    private mutating func collect() {
        for connection in connections {
            guard let descriptor = connection.descriptor else { continue }
            let readable = waiter.isReadable(descriptor)
            let writable = waiter.isWritable(descriptor)
            guard readable || writable else { continue }
            let exchange = connection.exchange
            let outcome = connection.advance(readable: readable, writable: writable, buffer: &buffer)
            if let outcome, let exchange { note(outcome, of: exchange, on: connection) }
        }
    }

    private mutating func giveUpOverdue() {
        let now = now
        for connection in connections {
            guard let exchange = connection.exchange, now - min(now, exchange.started) >= timeout else { continue }
            if let outcome = connection.giveUp() { note(outcome, of: exchange, on: connection) }
        }
    }

    private mutating func note(
        _ outcome: BenchConnection.Outcome, of exchange: Exchange, on connection: BenchConnection
    ) {
        let now = now
        busy -= 1
        switch outcome {
        case .answered(let status):
            ledger.answered(exchange, status: status, at: now)
        case .failed(let failure):
            ledger.failed(exchange, failure, at: now)
            // Without a rate nothing else would slow down a caller whose server is gone.
            if plan.rate == nil { connection.restsUntil = now + BenchLimit.restAfterFailure }
        }
    }
}
