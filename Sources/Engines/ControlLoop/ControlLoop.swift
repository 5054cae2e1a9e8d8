internal import CKernel
internal import Core
internal import LineMap
package import Mailbox

/// The PLC process' one thread: a fixed period, and in each cycle the same few steps. It waits for nothing but the bus
/// (bounded) and the clock, and allocates nothing once it runs.
///
/// Concurrency: `run` belongs to its thread; `stop`, `counts` and the records are read by others.
@safe package final class ControlLoop: @unchecked Sendable {
    private let settings: ControlSettings
    private let mailbox: Mailbox
    private let bus: PLCBus
    private var plan: ControlPlan
    /// How much later than planned a cycle began, and how long it took.
    package let lateness = CycleRecord()
    package let duration = CycleRecord()
    private let stopping: UnsafeMutablePointer<UInt32>
    private let published: UnsafeMutablePointer<ControlCounts>
    private static let lettersPerCycle = 8

    package init(_ settings: ControlSettings, mailbox: Mailbox, bus: consuming PLCBus) {
        self.settings = settings
        self.mailbox = mailbox
        self.bus = bus
        plan = ControlPlan(settings, life: mailbox.beginIO())
        unsafe stopping = .allocate(capacity: 1)
        unsafe stopping.initialize(to: 0)
        unsafe published = .allocate(capacity: 1)
        unsafe published.initialize(to: ControlCounts())
    }

    package func stop() { unsafe ls_store(stopping, 1) }

    /// What has been counted; read between cycles it may be of two neighbouring ones.
    package var counts: ControlCounts { unsafe published.pointee }

    /// Runs until stopped, or for `cycles` cycles.
    package func run(cycles limit: UInt64 = .max) {
        var next = Instant.now.advanced(by: settings.period)
        var done: UInt64 = 0
        while unsafe ls_load(stopping) == 0, done < limit {
            bus.rest(until: next)
            _ = ls_sleep_until(next.nanoseconds)
            let began = Instant.now
            lateness.add(began.since(next))
            cycle(began)
            let ended = Instant.now
            duration.add(ended.since(began))
            done += 1
            next = next.advanced(by: settings.period)
            // Cycles that were slept through are not made up for: the next one comes in its own time.
            if next < ended { next = ended.advanced(by: settings.period - ended.since(next) % settings.period) }
        }
    }

    /// One cycle, begun at `now`.
    func cycle(_ now: Instant) {
        plan.see(mailbox.station, now)
        readVerdicts()
        let request = bus.exchange(plan.conclude(now))
        let after = Instant.now
        plan.look(request, after)
        postLetters()
        mailbox.beat(after, plc: plan.plcSign)
        unsafe published.pointee = plan.counts
    }

    /// Each is heard at the moment at which it is read: it may have been decided after the cycle began.
    private func readVerdicts() {
        for _ in 0..<Self.lettersPerCycle {
            switch mailbox.nextVerdict() {
            case .letter(let letter): plan.hear(letter, .now)
            case .torn: plan.hearTorn()
            case .nothing: return
            }
        }
    }

    private func postLetters() {
        var news = false
        // A station that is not there need not know of them: it begins without knowing anything.
        for place in 0..<plan.sightings.count where mailbox.send(plan.sightings[place]) { news = true }
        for place in 0..<plan.triggers.count {
            let letter = plan.triggers[place]
            if mailbox.send(letter) { news = true } else { plan.undelivered(letter.key) }
        }
        for place in 0..<plan.outcomes.count {
            if mailbox.send(plan.outcomes[place]) { news = true } else { plan.noteLost() }
        }
        plan.letGo()
        if news { mailbox.ring() }
    }
}
