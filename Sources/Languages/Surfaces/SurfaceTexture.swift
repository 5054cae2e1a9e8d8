/// What a simulated part's surface is made of.
package enum SurfaceTexture: String, CaseIterable, Hashable, Sendable {
    /// Metal with hairlines, all in one direction.
    case brushed
    /// Cast metal: grains of many sizes, in no direction.
    case grain
    /// A plain weave of warp and weft.
    case weave
    /// Hammered metal: shallow domes. No detector is trained on it; it stands for the material nobody announced.
    case hammered

    /// What the demo detector is trained on.
    package static let trained: [SurfaceTexture] = [.brushed, .grain, .weave]
}
