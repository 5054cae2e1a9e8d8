import Surfaces
import Testing

/// The pictures themselves.
@Suite struct SurfaceRendererTests {
    struct Shot: Equatable {
        var pixels: [UInt8]
        var mask: [UInt8]
        var truth: SurfaceTruth

        var brightness: Double { Double(pixels.reduce(0) { $0 + Int($1) }) / Double(pixels.count) }
        var maskArea: Int { mask.count { $0 != 0 } }
    }

    static func renderer(
        _ texture: SurfaceTexture = .brushed, seed: UInt64 = 1, rate: Double = 0.5, noise: Double = 2.5,
        dimming: Double = 0
    ) -> SurfaceRenderer {
        var settings = SurfaceSettings()
        settings.texture = texture
        settings.defectRate = rate
        settings.noise = noise
        settings.dimming = dimming
        return SurfaceRenderer(seed: seed, settings: settings)
    }

    static func shot(
        _ renderer: inout SurfaceRenderer, part: UInt32, width: Int = 160, height: Int = 120, gap: Int = 0
    ) -> Shot {
        let stride = width + gap
        var pixels = [UInt8](repeating: 7, count: stride * height)
        var mask = pixels
        let truth = pixels.withUnsafeMutableBufferPointer { pixels in
            mask.withUnsafeMutableBufferPointer { mask in
                guard let start = pixels.baseAddress, let maskStart = mask.baseAddress else { fatalError("no pixels") }
                let truth = renderer.render(part: part, into: start, width: width, height: height, stride: stride)
                renderer.renderMask(into: maskStart, stride: stride)
                return truth
            }
        }
        return Shot(pixels: pixels, mask: mask, truth: truth)
    }

    /// FNV-1a, 64 bits.
    static func digest(_ bytes: [UInt8]...) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for bytes in bytes {
            for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        return String(hash, radix: 16)
    }

    /// The same bytes on every machine, in every build: what was trained on yesterday is what the camera shows today.
    @Test(arguments: [
        (texture: SurfaceTexture.brushed, digest: "2ea24fed9719d544"), (.grain, "12c950466601b84f"),
        (.weave, "4ca0ba3fa2e6e921"), (.hammered, "f2623df1ccbc3cf"),
    ])
    func framesAreWhatTheyHaveAlwaysBeen(_ row: (texture: SurfaceTexture, digest: String)) {
        var renderer = Self.renderer(row.texture, seed: 42, rate: 1, dimming: 0.1)
        let shots = [UInt32(0), 1, 2, 4_711].map { Self.shot(&renderer, part: $0, width: 640, height: 480) }
        #expect(Self.digest(shots.flatMap(\.pixels), shots.flatMap(\.mask)) == row.digest)
    }

    @Test func aFrameRemembersNothingOfTheOnesBefore() {
        var busy = Self.renderer(rate: 1)
        for part in 0..<UInt32(20) { _ = Self.shot(&busy, part: part) }
        _ = Self.shot(&busy, part: 3, width: 64, height: 48)
        var fresh = Self.renderer(rate: 1)
        #expect(Self.shot(&busy, part: 99) == Self.shot(&fresh, part: 99))
    }

    @Test func whatIsRenderedIsTheTruth() {
        var renderer = Self.renderer(rate: 0.5)
        for part in 0..<UInt32(60) {
            let shot = Self.shot(&renderer, part: part)
            #expect(shot.truth == SurfaceTruth(seed: 1, part: part, settings: renderer.settings))
            #expect(shot.truth.isDefective == (shot.maskArea > 0))
        }
    }

    /// A good twin of every part differs where the mask is, and hardly elsewhere.
    @Test(arguments: SurfaceTexture.allCases)
    func onlyDefectsMakeTheDifference(_ texture: SurfaceTexture) {
        var bad = Self.renderer(texture, rate: 1)
        var good = Self.renderer(texture, rate: 0)
        for part in 0..<UInt32(12) {
            let (shown, twin) = (Self.shot(&bad, part: part), Self.shot(&good, part: part))
            #expect(twin.maskArea == 0)
            for place in shown.pixels.indices {
                let change = abs(Int(shown.pixels[place]) - Int(twin.pixels[place]))
                if shown.mask[place] == 0 { #expect(change <= SurfaceRenderer.maskLevels + 2) }
            }
        }
    }

    /// Defects are as large in pixels as the truth says, and scale with the picture.
    @Test(arguments: [(width: 640, height: 480), (1_280, 960)])
    func defectsHaveTheirSize(_ size: (width: Int, height: Int)) {
        var renderer = Self.renderer(rate: 1)
        for part in 0..<UInt32(40) {
            let shot = Self.shot(&renderer, part: part, width: size.width, height: size.height)
            guard shot.truth.defectCount == 1, case let defect = shot.truth.defect(0), defect.kind == .scratch else {
                continue
            }
            let stroke = Double(defect.length) * Double(2 * defect.breadth) / 10_000
            let area = stroke * Double(size.width * size.height) / (640 * 480)
            #expect(Double(shot.maskArea) < 1.3 * area)
        }
    }

    @Test func theGapBetweenRowsIsLeftAlone() {
        var renderer = Self.renderer(rate: 1)
        let tight = Self.shot(&renderer, part: 5, width: 100, height: 30)
        let loose = Self.shot(&renderer, part: 5, width: 100, height: 30, gap: 28)
        for y in 0..<30 {
            #expect(loose.pixels[y * 128..<y * 128 + 100] == tight.pixels[y * 100..<(y + 1) * 100])
            #expect(loose.mask[y * 128..<y * 128 + 100] == tight.mask[y * 100..<(y + 1) * 100])
            #expect(loose.pixels[y * 128 + 100..<(y + 1) * 128].allSatisfy { $0 == 7 })
        }
    }

    @Test(arguments: [(1, 1), (1, 300), (1_025, 3), (2_500, 2), (3, 1_100)])
    func anySizeWillDo(_ size: (Int, Int)) {
        var renderer = Self.renderer(.grain, rate: 1)
        let shot = Self.shot(&renderer, part: 1, width: size.0, height: size.1)
        #expect((40...220).contains(shot.brightness))
    }

    @Test func theLampGetsDarkerButNeverDark() {
        var renderer = Self.renderer(rate: 0, dimming: 0.5)
        var steady = Self.renderer(rate: 0)
        for (part, share) in [(UInt32(0), 1.0), (5_000, 0.75), (10_000, 0.5), (4_000_000_000, 0.25)] {
            let ratio = Self.shot(&renderer, part: part).brightness / Self.shot(&steady, part: part).brightness
            #expect(abs(ratio - share) < 0.02)
        }
    }

    @Test func noiseIsAsStrongAsAskedFor() {
        var quiet = Self.renderer(.grain, rate: 0, noise: 0)
        var noisy = Self.renderer(.grain, rate: 0, noise: 6)
        let (plain, rough) = (Self.shot(&quiet, part: 1), Self.shot(&noisy, part: 1))
        let squares = zip(plain.pixels, rough.pixels).map { Double((Int($0) - Int($1)) * (Int($0) - Int($1))) }
        let deviation = (squares.reduce(0, +) / Double(squares.count)).squareRoot()
        #expect(abs(deviation - 6) < 0.3)
    }

    @Test func seedsPartsAndTexturesAllLookDifferent() {
        var pictures: Set<String> = []
        for texture in SurfaceTexture.allCases {
            for seed in UInt64(1)...2 {
                var renderer = Self.renderer(texture, seed: seed)
                for part in 0..<UInt32(5) { pictures.insert(Self.digest(Self.shot(&renderer, part: part).pixels)) }
            }
        }
        #expect(pictures.count == 40)
    }
}
