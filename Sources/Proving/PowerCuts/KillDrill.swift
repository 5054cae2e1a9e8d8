package import Core
internal import Depot
internal import Disk
internal import Files
internal import Glibc
internal import Process

/// Processes that are really killed, on files that are really there: one carries out the scenario and dies before the step, another one
/// goes on.
package struct KillDrill {
    /// The words after which this program is one of the two.
    let command: [String]
    /// Where the depots are made: in memory, where it is not the disk that is tried, or on a disk.
    let folder: String

    package init(command: [String], folder: String) {
        self.command = command
        self.folder = folder
    }

    /// A new folder in memory, where the machine has one.
    package static func memoryFolder() throws(Fault) -> String {
        let shared = "/dev/shm/lineside-power-\(ProcessFacts.ownPid)"
        guard FileAccess.isFolder("/dev/shm") else { return try FileAccess.temporaryFolder("lineside-power") }
        try RealDisk().makeFolder(shared)
        return shared
    }

    package func run(_ scenarios: [Scenario], tell: (String) -> Void = { _ in }) throws(Fault) -> CutReport {
        var report = CutReport()
        for scenario in scenarios {
            var row = CutReport.Row(scenario.name)
            let moments = LossDrill(scenario: scenario, flaw: .none).moments().moments
            row.steps = max(0, moments.count - 1)
            for moment in moments {
                row.kills += 1
                let point = CutPoint(scenario: scenario.name, step: moment.number, kind: .kill)
                let evidence = try again(point)
                if !evidence.isEmpty { report.fail(point, moment.what, evidence) }
            }
            report.add(row)
            tell("\(scenario.name): \(report.cuts) kills so far, \(report.failed) failed")
        }
        return report
    }

    /// What was wrong after a kill at this point.
    package func again(_ point: CutPoint) throws(Fault) -> [String] {
        let place = folder + "/\(point.scenario)-\(point.step)"
        FileAccess.remove(place)
        try RealDisk().makeFolder(place)
        defer { FileAccess.remove(place) }
        let first = try ChildProcess.output(command + ["act", point.description, place])
        guard first.status == "signal 9" || first.status == "exit status 0" else {
            return ["the first process ended with \(first.status): \(first.text)"]
        }
        let second = try ChildProcess.output(command + ["recover", point.description, place])
        guard second.status != "exit status 0" else { return [] }
        return second.text.split(separator: "\n").map(String.init) + [second.status]
    }

    /// What the two processes do: true when nothing is wrong.
    package static func child(_ role: String, _ point: CutPoint, in place: String, say: (String) -> Void) throws(Fault)
        -> Bool
    {
        guard let scenario = Scenario.named(point.scenario) else {
            throw Fault(.notFound, "no scenario \(point.scenario)")
        }
        let rehearsal = Rehearsal(scenario, root: place + "/store", steps: StepCounter()) { RealDisk() }
        if role == "act" {
            try act(rehearsal, point.step, notes: place + "/told")
        } else {
            rehearsal.told = try read(place + "/told")
            rehearsal.recover()
            rehearsal.lookAtLast(scenario.results)
        }
        for line in rehearsal.evidence { say(line) }
        return rehearsal.evidence.isEmpty
    }

    private static func act(_ rehearsal: Rehearsal, _ step: Int, notes: String) throws(Fault) {
        try write(rehearsal.told, to: notes)
        try rehearsal.setScene()
        rehearsal.tell = { told in try? write(told, to: notes) }
        rehearsal.steps.before = { number, _ in if number == step { raise(SIGKILL) } }
        rehearsal.act()
    }

    private static func write(_ told: Rehearsal.Told, to notes: String) throws(Fault) {
        try FileAccess.write(Array("\(told.isAccepted) \(told.result?.rawValue ?? "-")".utf8), to: notes)
    }

    private static func read(_ notes: String) throws(Fault) -> Rehearsal.Told {
        let words = String(decoding: try FileAccess.read(notes), as: UTF8.self).split(separator: " ").map(String.init)
        guard words.count == 2 else { throw Fault(.damaged, "\(notes) cannot be read") }
        return Rehearsal.Told(isAccepted: words[0] == "true", result: DeploymentResult(rawValue: words[1]))
    }
}
