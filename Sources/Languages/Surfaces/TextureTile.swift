/// A piece of texture without seams: its right edge continues at its left one, its bottom at its top. Values are grey
/// levels above or below the part's tone, in sixteenths. Made once; every part shows another piece of it.
struct TextureTile: Sendable {
    // Powers of two, so that any place wraps by a mask.
    static let width = 1_024
    static let height = 512

    var values = [Int16](repeating: 0, count: width * height)

    init(_ texture: SurfaceTexture, seed: UInt64) {
        switch texture {
        case .brushed: addBrushing(seed)
        case .grain: addGrain(seed)
        case .weave: addWeave(seed)
        case .hammered: addHammering(seed)
        }
    }

    /// Sixteenths of a grey level.
    static func levels(_ levels: Int) -> Int { levels * 16 }

    /// Hairlines: one row high, long, of four lengths.
    private mutating func addBrushing(_ seed: UInt64) {
        add(Hills(width: 512, height: 4, strength: Self.levels(6), seed: seed, layer: 0))
        add(Hills(width: 256, height: 1, strength: Self.levels(9), seed: seed, layer: 1))
        add(Hills(width: 64, height: 1, strength: Self.levels(8), seed: seed, layer: 2))
        add(Hills(width: 16, height: 1, strength: Self.levels(6), seed: seed, layer: 3))
    }

    /// Grains: the same in every direction, from clouds to specks.
    private mutating func addGrain(_ seed: UInt64) {
        add(Hills(width: 64, height: 64, strength: Self.levels(6), seed: seed, layer: 0))
        add(Hills(width: 16, height: 16, strength: Self.levels(6), seed: seed, layer: 1))
        add(Hills(width: 8, height: 8, strength: Self.levels(10), seed: seed, layer: 2))
        add(Hills(width: 4, height: 4, strength: Self.levels(11), seed: seed, layer: 3))
        add(Hills(width: 2, height: 2, strength: Self.levels(8), seed: seed, layer: 4))
    }

    private mutating func addWeave(_ seed: UInt64) {
        let weave = Weave(seed: seed)
        for y in 0..<Self.height {
            for x in 0..<Self.width { values[y * Self.width + x] = weave.level(x, y) }
        }
        add(Hills(width: 4, height: 4, strength: Self.levels(5), seed: seed, layer: 0))
        add(Hills(width: 64, height: 64, strength: Self.levels(4), seed: seed, layer: 1))
    }

    private mutating func addHammering(_ seed: UInt64) {
        let hammering = Hammering(seed: seed)
        for y in 0..<Self.height {
            for x in 0..<Self.width { values[y * Self.width + x] = hammering.level(x, y) }
        }
        add(Hills(width: 4, height: 4, strength: Self.levels(7), seed: seed, layer: 0))
        add(Hills(width: 32, height: 32, strength: Self.levels(5), seed: seed, layer: 1))
    }

    private mutating func add(_ hills: Hills) { hills.add(to: &values) }
}
