/// Which place of the texture a part shows, which way up, and how bright its material is.
struct SurfacePlace: Hashable, Sendable {
    let column: Int
    let tone: Int
    private let firstRow: Int
    private let isUpsideDown: Bool

    init(seed: UInt64, part: UInt32) {
        var chance = Chance(seed: seed, part: part, .surface)
        column = chance.number(0...TextureTile.width - 1)
        firstRow = chance.number(0...TextureTile.height - 1)
        isUpsideDown = chance.sign() < 0
        tone = chance.number(TextureTile.levels(112)...TextureTile.levels(140))
    }

    /// The tile's row that is seen in a picture's row.
    func row(_ y: Int) -> Int { (firstRow + (isUpsideDown ? -y : y)) & (TextureTile.height - 1) }
}

/// Where one row of a picture takes its texture, light and noise from.
struct SurfaceRow: Sendable {
    let tileRow: Int
    private(set) var tileColumn: Int
    let tone: Int
    let y: Int
    let light: Int
    private var noiseBits: UInt64

    init(tileRow: Int, tileColumn: Int, tone: Int, y: Int, light: Int, noiseBits: UInt64) {
        self.tileRow = tileRow
        self.tileColumn = tileColumn
        self.tone = tone
        self.y = y
        self.light = light
        self.noiseBits = noiseBits
    }

    var noisePlace: Int { Int(noiseBits >> 48) }

    /// Goes on behind a piece of so many pixels, which ended where the tile does or the row itself.
    mutating func next(_ count: Int) {
        tileColumn = (tileColumn + count) & (TextureTile.width - 1)
        noiseBits = Chance.mixed(noiseBits)
    }
}
