import LineDrill
import Testing

/// The drill itself, short: every fault is met, and no PASS is wrong.
@Suite struct LineDrillTests {
    @Test(arguments: [1, 2, 3]) func noWrongPass(seed: UInt64) {
        var drill = LineDrill(seed: seed)
        let report = drill.run(cycles: 60_000) { _ in }
        #expect(report.evidence == nil)
        #expect(report.wrongPasses == 0)
        #expect(report.parts > 5_000)
        #expect(report.undisturbed.passes > 500)
        for fault in DrillFault.allCases { #expect((report.outcomes[fault]?.injected ?? 0) > 5, "\(fault)") }
        #expect(report.refused > 100)
    }

    @Test func isReproducible() {
        var first = LineDrill(seed: 7)
        var second = LineDrill(seed: 7)
        let one = first.run(cycles: 20_000) { _ in }
        let other = second.run(cycles: 20_000) { _ in }
        #expect(one == other)
    }
}
