import EngineKeeping
import Inference
import Testing

@Suite struct MetricsBookTests {
    /// D19: at most three versions of a model are alive as series, the newest ones.
    @Test func keepsThreeVersionsOfAModel() {
        let book = MetricsBook()
        for version in 1...500 { _ = book.series(model: "m", version: "\(version)") }
        #expect(book.all.map(\.version) == ["498", "499", "500"])
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
