internal import CKernel
internal import Core
internal import LineMap
package import Modbus
internal import Synchronization

/// The simulated PLC at work: a Modbus server, and a scan at a fixed rate.
///
/// Concurrency: `run` belongs to one thread; `stop` and `tally` may be used by others.
@safe package final class Conveyor: @unchecked Sendable {
    package static let requestBase = 0
    package static let resultBase = 100
    package static let registers = 200

    /// How late a late bus answers.
    private static let lateNanoseconds = 60 * Span64.millisecond

    private let settings: ConveyorSettings
    private let server: ModbusServer
    private let requests: RegisterBlock
    private let results: RegisterBlock
    private var faults: [ConveyorFault]
    private let shared: Mutex<ConveyorTally>
    private let stopping = Atomic<Bool>(false)
    private let told: @Sendable (ConveyorRecord) -> Void
    private var busyUntil: [(kind: ConveyorFault.Kind, end: Instant)] = []

    package init(
        _ settings: ConveyorSettings, server: ModbusServer, faults: [ConveyorFault],
        told: @escaping @Sendable (ConveyorRecord) -> Void
    ) {
        self.settings = settings
        self.server = server
        self.faults = faults.sorted { $0.at < $1.at }
        self.told = told
        requests = server.block(start: Self.requestBase, count: RegisterMap.requestCount)
        results = server.block(start: Self.resultBase, count: RegisterMap.resultCount)
        shared = Mutex(ConveyorTally())
    }

    package func stop() { stopping.store(true, ordering: .releasing) }
    package var tally: ConveyorTally { shared.withLock { $0 } }

    /// Runs until stopped, or until the last part is gone.
    package func run() {
        let began = Instant.now
        var plan = ConveyorPlan(settings, now: began)
        var next = began
        while !stopping.load(ordering: .acquiring), !plan.isDone {
            next = next.advanced(by: settings.scan)
            if next < Instant.now { next = Instant.now.advanced(by: settings.scan) }
            beginFaults(Instant.now, since: began, &plan)
            if isUnder(.silence) || isUnder(.late) {
                _ = ls_sleep_until(next.advanced(by: Self.lateNanoseconds).nanoseconds)
                if isUnder(.silence) { server.hangUp() } else { server.serve(until: Instant.now) }
            } else {
                server.serve(until: next)
            }
            guard !isUnder(.halt) else { continue }
            plan.isBypassed = isUnder(.bypass)
            plan.scan(Instant.now, LineResult { results[$0] })
            write(plan.request)
            for record in plan.gone { told(record) }
            let tally = plan.tally
            shared.withLock { $0 = tally }
        }
    }

    private func write(_ request: PLCRequest) {
        guard !isUnder(.garbage) else {
            for place in 0..<requests.count { requests[place] = UInt16.random(in: 0...UInt16.max) }
            return
        }
        request.write { requests[$0] = $1 }
    }

    private func isUnder(_ kind: ConveyorFault.Kind) -> Bool { busyUntil.contains { $0.kind == kind } }

    private func beginFaults(_ now: Instant, since began: Instant, _ plan: inout ConveyorPlan) {
        busyUntil.removeAll { $0.end <= now }
        while let fault = faults.first, now.since(began) >= fault.at {
            faults.removeFirst()
            switch fault.kind {
            case .restart:
                server.hangUp()
                plan.restart(now)
            case .duplicate: plan.repeatPart()
            case .skip: plan.skipTurns(3)
            case .swap: plan.turnBack(2)
            case .halt, .silence, .late, .garbage, .bypass:
                busyUntil.append((fault.kind, now.advanced(by: fault.span)))
            }
        }
    }
}
