/// Smooth random hills: a random height at every corner of a grid, and a soft slope between the corners.
struct Hills: Sendable {
    /// The grid's cells; both must divide the tile's sides.
    let width: Int
    let height: Int
    /// The highest hill, in sixteenths of a grey level.
    let strength: Int
    let seed: UInt64
    let layer: Int

    /// Adds the hills to a tile's values.
    func add(to values: inout [Int16]) {
        let columns = TextureTile.width / width
        let rows = TextureTile.height / height
        let corners = corners(columns * rows)
        let across = slope(width)
        let down = slope(height)
        var edge = [Int](repeating: 0, count: columns + 1)
        for y in 0..<TextureTile.height {
            let above = y / height * columns
            let below = (y / height + 1) % rows * columns
            let weight = down[y % height]
            for column in 0...columns {
                let wrapped = column % columns
                edge[column] = between(corners[above + wrapped], corners[below + wrapped], weight)
            }
            let start = y * TextureTile.width
            for x in 0..<TextureTile.width {
                let column = x / width
                let hill = between(edge[column], edge[column + 1], across[x % width])
                values[start + x] &+= Int16(truncatingIfNeeded: hill)
            }
        }
    }

    private func corners(_ count: Int) -> [Int] {
        var chance = Chance(seed: seed, .texture(layer))
        return (0..<count).map { _ in chance.number(-strength...strength) }
    }

    private func between(_ low: Int, _ high: Int, _ weight: Int) -> Int { low + (((high - low) * weight) >> 8) }

    /// How much of the next corner each place of a cell has, of 256: flat at both ends, so that no edges show.
    private func slope(_ cell: Int) -> [Int] {
        (0..<cell).map { place in
            let way = place * 256 / cell
            return (way * way * (768 - 2 * way)) >> 16
        }
    }
}
