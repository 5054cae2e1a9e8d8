/// A load test that keeps to its schedule whatever the server does.
///
/// Most testers send the next request when the last one is answered, so a server that stalls for a second delays the
/// very requests that would have seen it stall: that is coordinated omission, and it hides the worst latencies. Here
/// the intended starts are fixed beforehand. A request that finds all connections busy waits, and its response time
/// still counts from its intended start; the service time, from its actual start, is given beside it.
package struct BenchRun: Sendable {
    private let plan: BenchPlan

    package init(_ plan: BenchPlan) {
        self.plan = plan
    }

    /// Runs the plan on the calling thread, which it blocks: not for the cooperative pool.
    ///
    /// `progress` is called once a second and should return soon, as nothing is sent meanwhile. `shouldStop` is asked
    /// every few milliseconds; once it says true, what was measured until then is the report.
    package func run(
        progress: (BenchProgress) -> Void = { _ in }, shouldStop: () -> Bool = { false }
    ) throws(BenchError) -> BenchReport {
        let slack = TimerSlack()
        defer { extendLifetime(slack) }
        let connections = try open()
        var loop = BenchLoop(plan: plan, connections: connections)
        return loop.run(progress: progress, shouldStop: shouldStop)
    }

    /// Opens all connections to the first address that takes them.
    private func open() throws(BenchError) -> [BenchConnection] {
        let request = plan.request.bytes(for: plan.target)
        for address in try SocketAddress.resolve(plan.target) {
            let connections = (0..<plan.connections).map { _ in
                BenchConnection(address: address, request: request, isHead: plan.request.isHead)
            }
            if Self.connect(connections) { return connections }
        }
        throw BenchError(
            .unreachable, "\(plan.target.authority) does not take \(plan.connections) connections",
            hint: "is the server running, and does it allow that many")
    }

    /// True when all of them stand within `BenchLimit.openingTime`.
    private static func connect(_ connections: [BenchConnection]) -> Bool {
        var waiter = SocketWaiter()
        var unused: [UInt8] = []
        let end = MonotonicClock.now + BenchLimit.openingTime
        guard connections.allSatisfy({ $0.open() }) else { return false }
        while MonotonicClock.now < end {
            waiter.reset()
            for connection in connections where !connection.isConnected {
                guard let descriptor = connection.descriptor else { return false }
                waiter.watch(descriptor, writing: true)
            }
            waiter.wait(BenchLimit.tick)
            for connection in connections where !connection.isConnected {
                guard let descriptor = connection.descriptor, waiter.isWritable(descriptor) else { continue }
                _ = connection.advance(readable: false, writable: true, buffer: &unused)
            }
            if connections.allSatisfy(\.isConnected) { return true }
        }
        return false
    }
}
