internal import Core
internal import Depot

/// Power cuts on a disk in memory: the scenario is carried out once, and cut at every step in every way.
struct LossDrill {
    /// What was seen just before a step.
    struct Moment {
        let number: Int
        let what: String
        let state: DiskState
        let told: Rehearsal.Told
    }

    let scenario: Scenario
    let flaw: ModelDisk.Flaw

    /// All moments of the scenario, the last one after its last step. Evidence is of the way without a cut.
    func moments() -> (moments: [Moment], evidence: [String]) {
        let disk = ModelDisk(flaw: flaw)
        let rehearsal = Rehearsal(scenario, steps: StepCounter()) { disk }
        do throws(Fault) { try rehearsal.setScene() } catch { return ([], ["the scene cannot be set: \(error)"]) }
        disk.rest()
        let moments = Self.record(rehearsal, on: disk) { rehearsal.act() }
        rehearsal.lookAtLast(scenario.results)
        return (moments, rehearsal.evidence)
    }

    private static func record(_ rehearsal: Rehearsal, on disk: ModelDisk, _ work: () -> Void) -> [Moment] {
        var moments: [Moment] = []
        rehearsal.steps.before = { number, what in
            moments.append(Moment(number: number, what: what(), state: disk.state, told: rehearsal.told))
        }
        work()
        rehearsal.steps.before = { _, _ in }
        moments.append(
            Moment(number: moments.count + 1, what: "the end", state: disk.state, told: rehearsal.told))
        return moments
    }

    /// Which moments of a recovery are wanted.
    enum Wanted {
        case none
        case step(Int)
        case any(Chance)
    }

    /// Cuts at a moment and goes on: what was wrong, and the moment of the recovery that was wanted.
    func cut(_ moment: Moment, _ loss: Loss, _ wanted: Wanted = .none) -> (evidence: [String], moment: Moment?) {
        let disk = ModelDisk(moment.state.cut(loss, salt: moment.number), flaw: flaw)
        let rehearsal = Rehearsal(scenario, steps: StepCounter()) { disk }
        rehearsal.told = moment.told
        let found = Self.pick(wanted, rehearsal, on: disk) { rehearsal.recover() }
        rehearsal.lookAtLast(scenario.results)
        return (rehearsal.evidence, found)
    }

    /// Keeps one moment of many, each as likely as any other.
    private static func pick(_ wanted: Wanted, _ rehearsal: Rehearsal, on disk: ModelDisk, _ work: () -> Void)
        -> Moment?
    {
        var wanted = wanted
        var found: Moment?
        rehearsal.steps.before = { number, what in
            guard wanted.takes(number) else { return }
            found = Moment(number: number, what: what(), state: disk.state, told: rehearsal.told)
        }
        work()
        rehearsal.steps.before = { _, _ in }
        return found
    }
}

extension LossDrill {
    /// Every loss at every moment, and for each a second cut somewhere in its recovery.
    func run(_ losses: [Loss], seed: UInt64, stride: Int, into report: inout CutReport) {
        let (moments, evidence) = moments()
        var row = CutReport.Row(scenario.name)
        row.steps = max(0, moments.count - 1)
        if !evidence.isEmpty {
            report.fail(CutPoint(scenario: scenario.name, step: 0, kind: .kill), "no cut at all", evidence)
        }
        for moment in moments where moment.number % stride == 0 {
            for (number, loss) in losses.enumerated() {
                var chance = Chance(seed &+ UInt64(moment.number * 1_000 + number))
                let first = cut(moment, loss, .any(chance))
                row.losses += 1
                let point = CutPoint(scenario: scenario.name, step: moment.number, kind: .loss(loss, again: nil))
                guard first.evidence.isEmpty else {
                    report.fail(point, moment.what, first.evidence)
                    continue
                }
                guard let second = first.moment else { continue }
                let again = CutPoint.Again(
                    step: second.number, loss: losses[Int.random(in: losses.indices, using: &chance)])
                row.secondLosses += 1
                let found = cut(second, again.loss).evidence
                guard !found.isEmpty else { continue }
                report.fail(
                    CutPoint(scenario: scenario.name, step: moment.number, kind: .loss(loss, again: again)),
                    "\(moment.what), then \(second.what)", found)
            }
        }
        report.add(row)
    }

    /// One point again; nil when there is no such step.
    func again(_ point: CutPoint, _ loss: Loss, _ second: CutPoint.Again?) -> (what: String, evidence: [String])? {
        guard let moment = moments().moments.first(where: { $0.number == point.step }) else { return nil }
        guard let second else { return (moment.what, cut(moment, loss).evidence) }
        let first = cut(moment, loss, .step(second.step))
        guard let next = first.moment else { return nil }
        return ("\(moment.what), then \(next.what)", first.evidence + cut(next, second.loss).evidence)
    }
}

extension CutReport {
    /// One row a scenario, whatever was done to it.
    mutating func add(_ row: Row) {
        guard let place = rows.firstIndex(where: { $0.scenario == row.scenario }) else { return rows.append(row) }
        rows[place].steps = max(rows[place].steps, row.steps)
        rows[place].kills += row.kills
        rows[place].losses += row.losses
        rows[place].secondLosses += row.secondLosses
        rows[place].refusals += row.refusals
    }
}

extension LossDrill.Wanted {
    fileprivate mutating func takes(_ number: Int) -> Bool {
        switch self {
        case .none: return false
        case .step(let step): return step == number
        case .any(var chance):
            defer { self = .any(chance) }
            return Int.random(in: 1...number, using: &chance) == 1
        }
    }
}
