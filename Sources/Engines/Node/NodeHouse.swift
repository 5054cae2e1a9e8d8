package import Components
package import Core
internal import Depot
package import Recipes
package import Spool
internal import Synchronization
internal import WebClient

/// The node: takes deployments, carries them out, keeps components and stations running, and puts right what drifts.
///
/// Concurrency: one thread owns the depot, the deployer and the stations' hands; orders reach it through `inbox`, and what others
/// read lies on the board.
package final class NodeHouse: Sendable {
    package struct Plan: Sendable {
        package var configuration: NodeConfiguration
        package var root: String
        package var thingName: String
        /// This program, as a command.
        package var program: [String]
        package var version: String
        package var platform: Platform

        package init(
            _ configuration: NodeConfiguration, root: String, thingName: String, program: [String], version: String,
            platform: Platform
        ) {
            self.configuration = configuration
            self.root = root
            self.thingName = thingName
            self.program = program
            self.version = version
            self.platform = platform
        }
    }

    typealias Job = @Sendable (NodeDesk) -> Void

    let plan: Plan
    let board = NodeBoard()
    package let house: ComponentHouse
    package let spool: Spool
    private let inbox = Mutex<[Job]>([])
    private let bell = Doorbell()
    private let isStopping = Atomic<Bool>(false)
    private let gone = Flagpole()
    private let cancellation = Mutex<Cancellation?>(nil)
    private let webCalls = WebCancellation()

    package init(_ plan: Plan, house: ComponentHouse, spool: Spool) {
        self.plan = plan
        self.spool = spool
        self.house = house
    }

    /// Opens the depot, brings back what the record says, and begins to serve; throws what keeps it from doing so.
    package func start() throws(Fault) {
        let opened = NewsStand<Result<Bool, Fault>>()
        Lane.start("node", stackBytes: 2 << 20) { self.run(opened) }
        _ = try opened.wait().get()
    }

    private func run(_ opened: NewsStand<Result<Bool, Fault>>) {
        defer { gone.raise() }
        let desk: NodeDesk
        do throws(Fault) {
            desk = try NodeDesk(plan, house: house, board: board, spool: spool, webCalls: webCalls)
            cancellation.withLock { $0 = desk.deployer.cancellation }
            try desk.bringBack()
            desk.publish(withStations: true)
            opened.post(.success(true))
        } catch { return opened.post(.failure(error)) }
        while !isStopping.load(ordering: .acquiring) {
            let seen = bell.rings
            for job in takeJobs() { job(desk) }
            let next = desk.turn(.now)
            if next > Instant.now { bell.wait(since: seen, until: next) }
        }
        desk.close()
    }

    private func takeJobs() -> [Job] {
        inbox.withLock { jobs in
            defer { jobs.removeAll() }
            return jobs
        }
    }

    /// Has the node's thread do something and waits for what it says. Never called on a reactor's thread.
    func ask<Answer: Sendable>(_ body: @escaping @Sendable (NodeDesk) -> Answer) -> Answer {
        let answer = NewsStand<Answer>()
        inbox.withLock { $0.append { answer.post(body($0)) } }
        bell.ring()
        return answer.wait()
    }

    /// Asks the deployment under way to stop, whatever the node's thread is doing.
    func cancel() {
        cancellation.withLock { $0?.ask() }
        bell.ring()
    }

    /// For whoever asks how the node is: its door's file cannot be written, for this reason; nil when it is.
    package func note(doorTrouble: String?) { board.change { $0.doorTrouble = doorTrouble } }

    /// The node is about to stop: nobody waits for a server any more.
    package func hurry() { webCalls.cancel() }

    /// Ends stations and components in order, and returns when nothing of them runs.
    package func stop() {
        hurry()
        isStopping.store(true, ordering: .releasing)
        bell.ring()
        gone.wait()
        house.stopAll()
    }
}
