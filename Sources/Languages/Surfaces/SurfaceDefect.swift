/// One fault of a surface: what it is, where, how large and how strong.
///
/// Lengths are in hundredths of a pixel of the reference picture, 640 x 480; in other pictures `x` scales with the
/// width and everything else with the height.
package struct SurfaceDefect: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        /// A long narrow groove, slightly bent.
        case scratch
        /// A hollow or a bump: bright towards the lamp and dark behind, or the other way round.
        case dent
        /// A stain or an inclusion: one tone, a soft edge.
        case blob
    }

    package static let referenceWidth = 640
    package static let referenceHeight = 480

    package let kind: Kind
    /// The centre.
    package let x: Int
    package let y: Int
    /// From the centre to the far end, along the defect.
    package let alongX: Int
    package let alongY: Int
    /// From the centre line to the edge, across the defect.
    package let breadth: Int
    /// How far a scratch's middle lies beside the straight line.
    package let bend: Int
    /// Grey levels where it is strongest; below zero it is darker than the surface.
    package let contrast: Int

    /// From end to end.
    package var length: Int { 2 * wholeRoot(alongX * alongX + alongY * alongY) }
}

extension SurfaceDefect {
    // Kept, because `allCases` may make a new array each time, and frames must not allocate.
    private static let kinds = Kind.allCases

    /// Draws a defect by lot. The order of the draws is part of the truth: a new one goes last.
    init(_ chance: inout Chance, contrast range: ClosedRange<Int>) {
        kind = Self.kinds[chance.number(0...Self.kinds.count - 1)]
        // Not at the very edge, where half of it would be out of the picture.
        x = chance.number(4_000...60_000)
        y = chance.number(3_000...45_000)
        let half: Int
        let share: ClosedRange<Int>
        switch kind {
        case .scratch: (half, share) = (chance.number(2_600...11_000), 0...0)
        case .dent: (half, share) = (chance.number(1_100...2_600), 70...100)
        case .blob: (half, share) = (chance.number(700...1_800), 60...100)
        }
        (alongX, alongY) = chance.vector(length: half)
        breadth = kind == .scratch ? chance.number(210...420) : half * chance.number(share) / 100
        bend = half * chance.number(-15...15) / 100
        let strength = chance.number(range)
        // Stains are mostly dark; grooves and dents may be either.
        let isDark = kind == .blob ? chance.number(0...3) > 0 : chance.sign() < 0
        self.contrast = isDark ? -strength : strength
    }
}
