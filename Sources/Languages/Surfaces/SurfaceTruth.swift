/// What is really the matter with a part: a function of the seed, the part and the settings, and of nothing else. So
/// the camera that shows a part and the controller that checks the verdict need not talk to agree about it.
package struct SurfaceTruth: Hashable, Sendable {
    package static let defectsMax = 3

    package let seed: UInt64
    package let part: UInt32
    package let defectCount: Int
    private let contrast: ClosedRange<Int>

    package init(seed: UInt64, part: UInt32, settings: SurfaceSettings) {
        self.seed = seed
        self.part = part
        contrast = settings.contrast
        var chance = Chance(seed: seed, part: part, .verdict)
        let isDefective = chance.happens(settings.defectRate)
        // Most have one defect, one in five two, one in twenty three.
        let more = chance.number(0...19)
        defectCount = isDefective ? (more == 0 ? 3 : more <= 4 ? 2 : 1) : 0
    }

    package var isDefective: Bool { defectCount > 0 }

    /// One of `defectCount`. Worked out when asked, so that a truth needs no memory of its own.
    package func defect(_ index: Int) -> SurfaceDefect {
        precondition((0..<defectCount).contains(index), "part \(part) has \(defectCount) defects, not \(index + 1)")
        var chance = Chance(seed: seed, part: part, .defect(index))
        return SurfaceDefect(&chance, contrast: contrast)
    }

    package var defects: [SurfaceDefect] { (0..<defectCount).map(defect) }
}
