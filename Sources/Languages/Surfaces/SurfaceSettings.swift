/// How a simulated line's surfaces, lamp and sensor behave. Equal settings and seeds give equal bytes.
package struct SurfaceSettings: Hashable, Sendable {
    package var texture = SurfaceTexture.brushed
    /// The share of parts that have a defect, from 0 to 1.
    package var defectRate = 0.06
    /// How much a defect changes the picture where it is strongest, in grey levels. The low end is the hard one.
    package var contrast = 20...80
    /// The sensor's noise: its standard deviation in grey levels.
    package var noise = 2.5
    /// The lamp gets darker: the share of its light that is lost in 10,000 parts. It never falls below a quarter.
    package var dimming = 0.0

    package init() {}
}
