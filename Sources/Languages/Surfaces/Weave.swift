/// Threads that pass over and under each other in turn. Each has its own tone, and none is quite straight.
struct Weave: Sendable {
    private static let pitch = 16
    private let warpTones: [Int]
    private let weftTones: [Int]
    private let warpSway: [Int]
    private let weftSway: [Int]

    init(seed: UInt64) {
        var chance = Chance(seed: seed, .texture(16))
        let tone = TextureTile.levels(4)
        warpTones = (0..<TextureTile.width / Self.pitch).map { _ in chance.number(-tone...tone) }
        weftTones = (0..<TextureTile.height / Self.pitch).map { _ in chance.number(-tone...tone) }
        warpSway = Self.sway(TextureTile.height, &chance)
        weftSway = Self.sway(TextureTile.width, &chance)
    }

    /// How far the threads are to one side at each place along them: two pixels at most, and slowly.
    private static func sway(_ count: Int, _ chance: inout Chance) -> [Int] {
        let reach = 64
        let corners = (0..<count / reach).map { _ in chance.number(-32...32) }
        return (0..<count).map { place in
            let low = corners[place / reach]
            let high = corners[(place / reach + 1) % corners.count]
            return (low * (reach - place % reach) + high * (place % reach)) / (reach * 16)
        }
    }

    func level(_ x: Int, _ y: Int) -> Int16 {
        let across = (x + warpSway[y]) & (TextureTile.width - 1)
        let down = (y + weftSway[x]) & (TextureTile.height - 1)
        let warp = across / Self.pitch
        let weft = down / Self.pitch
        let roundness: Int
        let tone: Int
        if (warp + weft) & 1 == 0 {
            roundness = 2 * crown(across) + crown(down)
            tone = warpTones[warp]
        } else {
            roundness = 2 * crown(down) + crown(across)
            tone = weftTones[weft] - TextureTile.levels(3)
        }
        return Int16(truncatingIfNeeded: roundness / 2 - TextureTile.levels(13) + tone)
    }

    /// A thread is round: bright along its middle, dark at its sides.
    private func crown(_ place: Int) -> Int {
        let aside = 2 * (place % Self.pitch) - (Self.pitch - 1)
        return 225 - aside * aside
    }
}
