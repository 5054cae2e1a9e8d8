/// Shallow domes side by side, each around its own point, with a crease where two meet.
struct Hammering: Sendable {
    private static let cell = 32
    private static let columns = TextureTile.width / cell
    private static let rows = TextureTile.height / cell
    private let tops: [(x: Int, y: Int)]

    init(seed: UInt64) {
        var chance = Chance(seed: seed, .texture(16))
        tops = (0..<Self.columns * Self.rows).map { _ in
            (chance.number(4...Self.cell - 5), chance.number(4...Self.cell - 5))
        }
    }

    func level(_ x: Int, _ y: Int) -> Int16 {
        let column = x / Self.cell
        let row = y / Self.cell
        var nearest = Int.max
        for rowBeside in row - 1...row + 1 {
            for columnBeside in column - 1...column + 1 {
                let top = tops[index(columnBeside, rowBeside)]
                let aside = columnBeside * Self.cell + top.x - x
                let above = rowBeside * Self.cell + top.y - y
                nearest = min(nearest, aside * aside + above * above)
            }
        }
        return Int16(truncatingIfNeeded: TextureTile.levels(8) - nearest * 16 / 32)
    }

    private func index(_ column: Int, _ row: Int) -> Int {
        (row & (Self.rows - 1)) * Self.columns + (column & (Self.columns - 1))
    }
}
