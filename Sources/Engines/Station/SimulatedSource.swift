package import Core
internal import Images
package import Surfaces

/// The built-in camera: shows the surface that belongs to a part, so that the truth is known to whoever knows the seed.
///
/// Concurrency: confined to the station's decision thread.
@safe package final class SimulatedSource: FrameSource {
    package let name: String
    package let rate: Double?
    package private(set) var status = SourceStatus()
    package let seed: UInt64
    package let settings: SurfaceSettings
    private let width: Int
    private let height: Int
    private var renderer: SurfaceRenderer
    private let pixels: UnsafeMutablePointer<UInt8>

    package init(_ address: String) throws(Fault) {
        let order = try SimulatedOrder(address)
        name = address
        seed = order.seed
        rate = order.rate
        settings = order.settings
        width = order.width
        height = order.height
        renderer = SurfaceRenderer(seed: seed, settings: settings)
        unsafe pixels = .allocate(capacity: width * height)
        status.text = "simulated surfaces, \(width) x \(height)"
    }

    deinit { unsafe pixels.deallocate() }

    package func frame(of key: PartKey, until deadline: Instant, tend: () -> Void) throws(FrameTrouble) -> SourceFrame {
        unsafe renderer.render(part: key.part, into: pixels, width: width, height: height, stride: width)
        status.frames += 1
        guard let view = unsafe try? FrameView(pixels: pixels, width: width, height: height, format: .grey8) else {
            throw FrameTrouble(reason: .inputInvalid, text: "the simulated frame has no size")
        }
        return SourceFrame(view: view, file: nil, id: status.frames)
    }
}

/// `sim://?seed=1&texture=brushed&defect_rate=0.06&size=640x480&noise=2.5&dimming=0&rate=30`
package struct SimulatedOrder: Hashable, Sendable {
    package var seed: UInt64 = 1
    package var settings = SurfaceSettings()
    package var rate: Double?
    package var width = 640
    package var height = 480

    package init(_ address: String) throws(Fault) {
        let keys = ["seed", "texture", "defect_rate", "size", "noise", "dimming", "rate"]
        let parts = try SourceAddress(address, scheme: "sim", keys: keys)
        seed = UInt64(try parts.int("seed", in: 0...Int.max) ?? 1)
        if let name = parts.text("texture") {
            guard let texture = SurfaceTexture(rawValue: name) else {
                let known = SurfaceTexture.allCases.map(\.rawValue).joined(separator: ", ")
                throw Fault(.invalid, "camera '\(address)': no texture '\(name)'", hint: "there are \(known)")
            }
            settings.texture = texture
        }
        if let rate = try parts.number("defect_rate", in: 0...1) { settings.defectRate = rate }
        if let noise = try parts.number("noise", in: 0...64) { settings.noise = noise }
        if let dimming = try parts.number("dimming", in: 0...1) { settings.dimming = dimming }
        rate = try parts.number("rate", in: 0.01...200)
        guard let size = parts.text("size") else { return }
        let sides = size.split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2, sides.allSatisfy({ (16...4096).contains($0) }) else {
            throw Fault(.invalid, "camera '\(address)': size is not WIDTHxHEIGHT with sides from 16 to 4096")
        }
        width = sides[0]
        height = sides[1]
    }
}
