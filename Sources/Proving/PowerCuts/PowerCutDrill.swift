package import Core

/// Every step of every scenario is a point at which the power may go. [D28] [D40]
package struct PowerCutDrill {
    private let seed: UInt64
    private let losses: [Loss]
    private let flaw: ModelDisk.Flaw
    private let stride: Int

    /// `random` losses by chance at every step, of each kind, besides the four that are not left to chance.
    /// With a stride, only one step of so many: for those who have no time.
    package init(seed: UInt64, random: Int, stride: Int = 1, flaw: ModelDisk.Flaw = .none) {
        self.stride = stride
        self.seed = seed
        losses = Loss.all(random: random, seed: seed)
        self.flaw = flaw
    }

    /// Un-flushed writes are lost, and once more in the recovery.
    package func losses(_ scenarios: [Scenario], tell: (String) -> Void = { _ in }) -> CutReport {
        var report = CutReport()
        for scenario in scenarios {
            LossDrill(scenario: scenario, flaw: flaw).run(losses, seed: seed, stride: stride, into: &report)
            tell("\(scenario.name): \(report.cuts) cuts so far, \(report.failed) failed")
        }
        return report
    }

    /// The disk refuses steps.
    package func refusals(_ scenarios: [Scenario], tell: (String) -> Void = { _ in }) -> CutReport {
        var report = CutReport()
        for scenario in scenarios {
            RefusalDrill(scenario: scenario).run(stride: stride, into: &report)
            tell("\(scenario.name): \(report.cuts) refusals so far, \(report.failed) failed")
        }
        return report
    }

    /// One point again, as a failing drill printed it.
    package func again(_ point: CutPoint) throws(Fault) -> (what: String, evidence: [String]) {
        guard let scenario = Scenario.named(point.scenario) else {
            throw Fault(.notFound, "no scenario \(point.scenario)")
        }
        switch point.kind {
        case .loss(let loss, let second):
            guard let found = LossDrill(scenario: scenario, flaw: flaw).again(point, loss, second) else {
                throw Fault(.notFound, "\(point.scenario) has no step \(point.step)")
            }
            return found
        case .refusal(let refusal):
            return ("", RefusalDrill(scenario: scenario).refuse(point.step, refusal))
        case .kill:
            throw Fault(.invalid, "a kill is done to a process of its own")
        }
    }
}
