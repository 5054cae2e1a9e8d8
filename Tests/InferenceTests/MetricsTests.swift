import Core
import EngineKeeping
import Inference
import InferenceProtocol
import Link
import Process
import Testing

@Suite struct MetricsBookTests {
    /// D19: at most three versions of a model are alive as series, the newest ones.
    @Test func keepsThreeVersionsOfAModel() {
        let book = MetricsBook()
        for version in 1...500 { _ = book.series(model: "m", version: "\(version)") }
        #expect(book.all.map(\.version) == ["498", "499", "500"])
    }

    /// Looking for a series makes none, and so forgets none.
    @Test func aLookChangesNothing() {
        let book = MetricsBook()
        for version in 1...3 { _ = book.series(model: "m", version: "\(version)") }
        #expect(book.known(model: "m", version: "4") == nil)
        #expect(book.all.map(\.version) == ["1", "2", "3"])
    }

    /// What an engine counts into is not forgotten, however many versions come after it.
    @Test func keepsTheSeriesOfALiveEngine() throws {
        let book = MetricsBook()
        let file = ModelFile(name: try ModelName(parsing: "m"), version: 1, path: "/m.onnx", metadataPath: nil)
        let engine = EngineHandle(
            file: file, metadata: ModelMetadata(), description: EngineDescription(),
            caller: CallerEnd(memory: try LinkMemory(slots: 1, slotBytes: 4096, bells: 1)),
            line: EngineLine(try ControlSocket.pair().keepOurs()), pid: 1,
            series: book.series(model: "m", version: "1"), batchRowsMax: 0)
        for version in 2...9 { _ = book.series(model: "m", version: "\(version)") }
        #expect(book.all.map(\.version) == ["1", "8", "9"])
        #expect(engine.series.isHeld)
    }

    @Test func aSeriesOutlivesAReload() {
        let book = MetricsBook()
        book.series(model: "m", version: "1").count(.ok)
        #expect(book.series(model: "m", version: "1").counter(.ok).value == 1)
    }

    @Test(
        arguments: [(0, 0), (10_000, 0), (10_001, 1), (40_000_000, 12), (UInt64.max, Histogram.bounds.count)]
            as [(UInt64, Int)])
    func countsIntoTheRightBucket(_ nanoseconds: UInt64, _ bucket: Int) {
        let histogram = Histogram()
        histogram.add(nanoseconds)
        #expect(histogram.counts.firstIndex(of: 1) == bucket && histogram.counts.reduce(0, +) == 1)
    }
}
