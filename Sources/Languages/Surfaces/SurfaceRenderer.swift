/// Takes pictures of simulated parts: 8-bit grey, the same bytes on every machine.
///
/// What costs time is done once: a piece of texture, a stock of noise. A frame then shows some place of them, under its
/// own light, with its own defects. All arithmetic is on whole numbers, so nothing depends on the processor. A frame
/// allocates nothing, unless its size differs from the last one's.
package struct SurfaceRenderer: Sendable {
    /// A pixel belongs to the mask when a defect changes it by so many grey levels or more.
    package static let maskLevels = 4

    package let seed: UInt64
    package let settings: SurfaceSettings
    private let tile: TextureTile
    private let noise: SensorNoise
    private var relief = ReliefPlane(width: 0, height: 0)
    private var columnLight: [Int16] = []

    package init(seed: UInt64, settings: SurfaceSettings) {
        self.seed = seed
        self.settings = settings
        tile = TextureTile(settings.texture, seed: seed)
        noise = SensorNoise(seed: seed, deviation: settings.noise)
    }

    /// Renders a part's picture into `pixels`, whose rows begin `stride` bytes apart, and says what it shows.
    @discardableResult
    package mutating func render(
        part: UInt32, into pixels: UnsafeMutablePointer<UInt8>, width: Int, height: Int, stride: Int
    ) -> SurfaceTruth {
        precondition(width > 0 && height > 0 && stride >= width, "no picture is \(width) x \(height), \(stride) a row")
        fit(width, height)
        let truth = SurfaceTruth(seed: seed, part: part, settings: settings)
        let lighting = Lighting(seed: seed, part: part, settings: settings)
        relief.clear()
        for index in 0..<truth.defectCount { relief.draw(truth.defect(index), lighting: lighting) }
        for x in 0..<width { columnLight[x] = lighting.column(x, of: width) }
        let place = SurfacePlace(seed: seed, part: part)
        var chance = Chance(seed: seed, part: part, .noise)
        for y in 0..<height {
            var row = SurfaceRow(
                tileRow: place.row(y), tileColumn: place.column, tone: place.tone, y: y,
                light: lighting.row(y, of: height), noiseBits: chance.next())
            unsafe renderRow(&row, into: pixels + y * stride, width: width)
        }
        return truth
    }

    /// Renders where the picture rendered last has its defects: 255 there, 0 elsewhere.
    package func renderMask(into mask: UnsafeMutablePointer<UInt8>, stride: Int) {
        for y in 0..<relief.height {
            for x in 0..<relief.width {
                let change = abs(Int(relief.values[y * relief.width + x]))
                unsafe mask[y * stride + x] = change >= Self.maskLevels * 16 ? 255 : 0
            }
        }
    }

    private mutating func fit(_ width: Int, _ height: Int) {
        guard relief.width != width || relief.height != height else { return }
        relief = ReliefPlane(width: width, height: height)
        columnLight = [Int16](repeating: 0, count: width)
    }

    /// A row is drawn in pieces: one ends where the texture's tile does.
    private func renderRow(_ row: inout SurfaceRow, into pixels: UnsafeMutablePointer<UInt8>, width: Int) {
        var x = 0
        while x < width {
            let count = min(width - x, TextureTile.width - row.tileColumn)
            unsafe renderPiece(row, into: pixels, from: x, count: count)
            x += count
            row.next(count)
        }
    }

    private func renderPiece(
        _ row: SurfaceRow, into pixels: UnsafeMutablePointer<UInt8>, from start: Int, count: Int
    ) {
        let texture = tile.values.span
        let grain = noise.values.span
        let change = relief.values.span
        let light = columnLight.span
        let textureStart = row.tileRow * TextureTile.width + row.tileColumn
        let changeStart = row.y * relief.width + start
        let tone = Int32(truncatingIfNeeded: row.tone)
        let rowLight = Int32(truncatingIfNeeded: row.light)
        // The bounds are the pieces' own: checking them at every pixel would cost half of the frame's time.
        for x in 0..<count {
            let level =
                tone &+ Int32(unsafe texture[unchecked: textureStart &+ x])
                &+ Int32(unsafe change[unchecked: changeStart &+ x])
            let lit = (level &* (rowLight &+ Int32(unsafe light[unchecked: start &+ x]))) >> 12
            let seen = (lit &+ Int32(unsafe grain[unchecked: row.noisePlace &+ x]) &+ 8) >> 4
            unsafe pixels[start &+ x] = UInt8(truncatingIfNeeded: max(0, min(255, seen)))
        }
    }
}
