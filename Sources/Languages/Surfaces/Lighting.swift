/// The lamp over one part: how bright it still is, on which side it is brighter, and from where it shines.
/// Light is in parts of 4,096.
struct Lighting: Sendable {
    static let one = 4_096
    /// A vector of length `one`, from the surface towards the lamp.
    let towardsLamp: (x: Int, y: Int)
    private let brightness: Int
    private let slope: (x: Int, y: Int)

    init(seed: UInt64, part: UInt32, settings: SurfaceSettings) {
        var station = Chance(seed: seed, .light)
        towardsLamp = station.vector(length: Self.one)
        let lost = Int(settings.dimming * Double(Self.one)) * Int(part) / 10_000
        var chance = Chance(seed: seed, part: part, .light)
        // Parts do not lie quite alike under the lamp.
        let alike = chance.number(Self.one * 96 / 100...Self.one * 104 / 100)
        brightness = alike * max(Self.one / 4, Self.one - lost) / Self.one
        let steepness = chance.number(5...14) * brightness / 100
        let aside = chance.vector(length: steepness / 4)
        slope = (
            towardsLamp.x * steepness / Self.one + aside.x, towardsLamp.y * steepness / Self.one + aside.y
        )
    }

    /// The light that a column adds to a row's.
    func column(_ x: Int, of width: Int) -> Int16 {
        Int16(truncatingIfNeeded: along(slope.x, x, width) - falloff(x, width))
    }

    /// The light of a row in the picture's middle column.
    func row(_ y: Int, of height: Int) -> Int {
        brightness + along(slope.y, y, height) - falloff(y, height)
    }

    private func along(_ slope: Int, _ place: Int, _ size: Int) -> Int { slope * (2 * place + 1 - size) / size }

    /// Lenses pass less light towards the corners: 4 % at each edge.
    private func falloff(_ place: Int, _ size: Int) -> Int {
        let aside = (2 * place + 1 - size) * 256 / size
        return brightness * aside * aside / (65_536 * 25)
    }
}
