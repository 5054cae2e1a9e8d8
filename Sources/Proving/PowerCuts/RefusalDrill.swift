internal import Core
internal import Depot

/// A disk that says no: once, or from a step on. The node lives through it, and starts again on a disk that works.
struct RefusalDrill {
    let scenario: Scenario

    func run(stride: Int, into report: inout CutReport) {
        let (moments, _) = LossDrill(scenario: scenario, flaw: .none).moments()
        var row = CutReport.Row(scenario.name)
        row.steps = max(0, moments.count - 1)
        for moment in moments.dropLast() where moment.number % stride == 0 {
            for refusal in CutPoint.Refusal.allCases {
                row.refusals += 1
                let evidence = refuse(moment.number, refusal)
                guard !evidence.isEmpty else { continue }
                report.fail(
                    CutPoint(scenario: scenario.name, step: moment.number, kind: .refusal(refusal)), moment.what,
                    evidence)
            }
        }
        report.add(row)
    }

    func refuse(_ step: Int, _ refusal: CutPoint.Refusal) -> [String] {
        let disk = ModelDisk()
        let rehearsal = Rehearsal(scenario, steps: StepCounter()) { disk }
        do throws(Fault) { try rehearsal.setScene() } catch { return ["the scene cannot be set: \(error)"] }
        disk.rest()
        rehearsal.steps.before = { number, _ throws(Fault) in
            if number == step || refusal.lasts && number > step { throw refusal.fault }
        }
        rehearsal.act()
        let evidence = rehearsal.evidence.filter {
            !$0.hasPrefix("the node does not start") && !$0.hasPrefix("the order is not taken")
        }

        // Then the power goes too, on a disk that works again.
        let found = ModelDisk(disk.state.cut(.everything, salt: step), flaw: .none)
        let after = Rehearsal(scenario, steps: StepCounter()) { found }
        after.told = rehearsal.told
        after.recover()
        after.lookAtLast(scenario.resultsAfterARefusal)
        return evidence + after.evidence
    }
}
