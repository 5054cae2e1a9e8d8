import ONNXFormat
import Testing

/// Which ONNX Runtime a model needs.
@Suite struct RuntimeRequirementTests {
    @Test(arguments: [
        (opset: 7, runtime: "0.1"), (opset: 12, runtime: "1.3"), (opset: 17, runtime: "1.12"),
        (opset: 18, runtime: "1.14"), (opset: 21, runtime: "1.18"), (opset: 23, runtime: "1.23"),
        (opset: 26, runtime: "1.25"),
    ])
    func knowsTheFirstRuntime(_ row: (opset: Int, runtime: String)) {
        #expect(OpsetRelease.minimumRuntime(for: row.opset) == RuntimeVersion(parsing: row.runtime))
    }

    @Test(arguments: [-1, 0, 6, 27, 1_000])
    func saysNothingOfOpsetsItDoesNotKnow(_ opset: Int) {
        #expect(OpsetRelease.minimumRuntime(for: opset) == nil)
    }

    @Test func theTableIsWholeAndOnlyRises() {
        let all = OpsetRelease.all
        #expect(all.map(\.opset) == Array(7...26))
        #expect(zip(all, all.dropFirst()).allSatisfy { $0.runtime <= $1.runtime && $0.irVersion <= $1.irVersion })
    }

    @Test(arguments: [
        (ir: 8, opset: 17, runtime: "1.12"), (ir: 10, opset: 17, runtime: "1.18"), (ir: 3, opset: 9, runtime: "0.3"),
        (ir: 13, opset: 13, runtime: "1.25"),
    ])
    func theNewestReasonDecides(_ row: (ir: Int, opset: Int, runtime: String)) throws {
        let model = try ModelFile(parsing: Sample.model(ir: row.ir, opset: row.opset))
        #expect(model.minimumRuntime == RuntimeVersion(parsing: row.runtime))
    }

    @Test(arguments: [
        (ir: 8, opset: 6, ml: 2), (ir: 8, opset: 99, ml: 2), (ir: 99, opset: 17, ml: 2), (ir: 8, opset: 17, ml: 9),
    ])
    func oneUnknownMakesItAllUnknown(_ row: (ir: Int, opset: Int, ml: Int)) throws {
        let classical = Proto.message(8, Proto.text(1, "ai.onnx.ml"), Proto.number(2, row.ml))
        let model = try ModelFile(parsing: Sample.model(ir: row.ir, opset: row.opset, more: classical))
        #expect(model.minimumRuntime == nil)
    }

    @Test func aRefusalNamesItsReasons() throws {
        let model = try ModelFile(parsing: Sample.model(ir: 10, opset: 17))
        #expect(model.unmetRequirements(by: RuntimeVersion(1, 17)).map(\.subject) == ["IR version 10"])
        #expect(model.unmetRequirements(by: RuntimeVersion(1, 10)).map(\.subject) == ["IR version 10", "opset 17"])
        #expect(model.unmetRequirements(by: RuntimeVersion(1, 18)).isEmpty)
    }

    @Test(
        arguments: [
            (text: "1.20.1", version: RuntimeVersion(1, 20)), (text: "1.21.0.dev2025", version: RuntimeVersion(1, 21)),
            (text: "1.9", version: RuntimeVersion(1, 9)), (text: "1", version: nil), (text: "", version: nil),
            (text: "1.x", version: nil), (text: "-1.2", version: nil),
        ] as [(text: String, version: RuntimeVersion?)])
    func readsVersions(_ row: (text: String, version: RuntimeVersion?)) {
        #expect(RuntimeVersion(parsing: row.text) == row.version)
    }

    @Test func ninePrecedesTwenty() {
        #expect(RuntimeVersion(1, 9) < RuntimeVersion(1, 20))
        #expect(RuntimeVersion(1, 20) < RuntimeVersion(2, 0))
    }
}
