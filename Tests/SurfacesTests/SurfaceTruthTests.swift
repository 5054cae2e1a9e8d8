import Surfaces
import Testing

/// What a part is, without looking at its picture.
@Suite struct SurfaceTruthTests {
    static func truths(_ count: UInt32, seed: UInt64 = 1, rate: Double = 0.06) -> [SurfaceTruth] {
        var settings = SurfaceSettings()
        settings.defectRate = rate
        return (0..<count).map { SurfaceTruth(seed: seed, part: $0, settings: settings) }
    }

    @Test func isTheSameWheneverItIsAsked() {
        let inOrder = Self.truths(500, rate: 0.5)
        let again = Array(Self.truths(500, rate: 0.5).reversed())
        #expect(inOrder == again.reversed())
        #expect(inOrder.map(\.defects) == again.reversed().map(\.defects))
    }

    /// A simulated controller has no lamp and no sensor, and must come to the same truth.
    @Test func dependsOnNothingThatOnlyTheCameraKnows() {
        var dim = SurfaceSettings()
        dim.texture = .weave
        dim.noise = 20
        dim.dimming = 0.5
        for part in 0..<UInt32(300) {
            let plain = SurfaceTruth(seed: 9, part: part, settings: SurfaceSettings())
            #expect(plain.defects == SurfaceTruth(seed: 9, part: part, settings: dim).defects)
        }
    }

    @Test(arguments: [(rate: 0.0, share: 0.0...0.0), (0.06, 0.054...0.066), (0.5, 0.485...0.515), (1.0, 1.0...1.0)])
    func defectsAreAsFrequentAsAskedFor(_ row: (rate: Double, share: ClosedRange<Double>)) {
        let bad = Self.truths(20_000, rate: row.rate).count { $0.isDefective }
        #expect(row.share.contains(Double(bad) / 20_000))
    }

    /// A higher rate makes more parts defective; it does not make other parts defective.
    @Test func aHigherRateKeepsTheDefectsOfALowerOne() {
        for (few, many) in zip(Self.truths(2_000, rate: 0.06), Self.truths(2_000, rate: 0.3)) where few.isDefective {
            #expect(few.defects == many.defects)
        }
    }

    @Test func seedsAndPartsAreStrangersToEachOther() {
        let one = Self.truths(1_000, seed: 1, rate: 0.5).map(\.isDefective)
        let other = Self.truths(1_000, seed: 2, rate: 0.5).map(\.isDefective)
        #expect((400...600).contains(zip(one, other).count { $0 == $1 }))
        #expect((400...600).contains(zip(one, one.dropFirst()).count { $0 == $1 }))
    }

    @Test func everyKindOccursWithinItsMeasures() {
        let defects = Self.truths(3_000, rate: 1).flatMap(\.defects)
        for kind in SurfaceDefect.Kind.allCases {
            let some = defects.filter { $0.kind == kind }
            #expect(some.count > defects.count / 4)
            #expect(some.contains { $0.contrast < 0 } && some.contains { $0.contrast > 0 })
        }
        for defect in defects {
            #expect((20...80).contains(abs(defect.contrast)))
            #expect((4_000...60_000).contains(defect.x) && (3_000...45_000).contains(defect.y))
            #expect((1_350...22_300).contains(defect.length) && defect.breadth * 2 <= defect.length + 100)
        }
    }

    @Test func theLastPartNumberIsAPartToo() {
        #expect(
            SurfaceTruth(seed: .max, part: .max, settings: SurfaceSettings()).defectCount <= SurfaceTruth.defectsMax)
    }
}
