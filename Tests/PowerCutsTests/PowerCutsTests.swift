import Core
import PowerCuts
import Testing

/// The drill itself, short; and that it notices a disk that lies. [A36] [D28] [D40]
@Suite struct PowerCutsTests {
    @Test(arguments: Scenario.all.map(\.name)) func survivesEveryCut(_ name: String) throws {
        let scenario = try #require(Scenario.named(name))
        let report = PowerCutDrill(seed: 1, random: 0, stride: 13).losses([scenario])
        #expect(report.failed == 0, "\(report.failures.prefix(3))")
        #expect(report.cuts > 4)
    }

    @Test(arguments: Scenario.all.map(\.name)) func survivesEveryRefusal(_ name: String) throws {
        let scenario = try #require(Scenario.named(name))
        let report = PowerCutDrill(seed: 1, random: 0, stride: 13).refusals([scenario])
        #expect(report.failed == 0, "\(report.failures.prefix(3))")
        #expect(report.cuts > 2)
    }

    /// A drill that cannot fail proves nothing.
    @Test(arguments: [ModelDisk.Flaw.forgetsFolders, .forgetsFiles]) func noticesADiskThatLies(_ flaw: ModelDisk.Flaw)
        throws
    {
        let scenario = try #require(Scenario.named("replace-three-places"))
        let report = PowerCutDrill(seed: 1, random: 0, stride: 3, flaw: flaw).losses([scenario])
        #expect(report.failed > 0)
        let point = try #require(report.failures.first?.point)
        #expect(try CutPoint(parsing: point.description) == point)
        #expect(try !PowerCutDrill(seed: 1, random: 0, flaw: flaw).again(point).evidence.isEmpty)
    }

    @Test(arguments: [
        "", "replace", "replace:x:kill", "nothing:1:kill", "replace:1:loss:some", "replace:1:loss:names:2",
    ])
    func refusesPoint(_ text: String) { #expect(throws: Fault.self) { try CutPoint(parsing: text) } }
}
