internal import Core
internal import Surfaces

/// One simulated part's picture, with what is known about it.
struct SurfaceFrame {
    let truth: SurfaceTruth
    let texture: SurfaceTexture
    let width: Int
    let height: Int
    let pixels: [UInt8]
    let mask: [UInt8]
}

/// The parts that a command line asks for, one after the other.
struct SurfaceSeries {
    private static let sideMax = 16_384

    let first: UInt32
    let count: Int
    private let width: Int
    private let height: Int
    private var renderers: [SurfaceRenderer]

    init(_ options: Options) throws(UsageFault) {
        first = UInt32(try options.int("first", in: 0...Int(UInt32.max)) ?? 0)
        count = try options.int("count", in: 1...(Int(UInt32.max) - Int(first) + 1)) ?? 10
        (width, height) = try Self.size(options.text("size") ?? "640x480")
        let seed = try Self.seed(options.text("seed") ?? "1")
        let settings = try Self.settings(options)
        renderers = try Self.textures(options.text("texture") ?? "trained").map { texture in
            var settings = settings
            settings.texture = texture
            return SurfaceRenderer(seed: seed, settings: settings)
        }
    }

    /// Textures take turns by the part's number, so that a part looks the same whichever part is asked for first.
    mutating func forEachFrame(_ body: (SurfaceFrame) throws(Fault) -> Void) throws(Fault) {
        var pixels = [UInt8](repeating: 0, count: width * height)
        var mask = pixels
        for place in 0..<count {
            let part = first + UInt32(place)
            let turn = Int(part) % renderers.count
            let truth = render(part, turn, into: &pixels, mask: &mask)
            try body(
                SurfaceFrame(
                    truth: truth, texture: renderers[turn].settings.texture, width: width, height: height,
                    pixels: pixels, mask: mask))
        }
    }

    private mutating func render(
        _ part: UInt32, _ turn: Int, into pixels: inout [UInt8], mask: inout [UInt8]
    ) -> SurfaceTruth {
        unsafe pixels.withUnsafeMutableBufferPointer { pixels in
            unsafe mask.withUnsafeMutableBufferPointer { mask in
                guard let start = pixels.baseAddress, let maskStart = mask.baseAddress else {
                    preconditionFailure("a picture has at least one pixel")
                }
                let truth = unsafe renderers[turn].render(
                    part: part, into: start, width: width, height: height, stride: width)
                unsafe renderers[turn].renderMask(into: maskStart, stride: width)
                return truth
            }
        }
    }

    private static func seed(_ text: String) throws(UsageFault) -> UInt64 {
        guard let seed = UInt64(text) else { throw UsageFault(message: "--seed \(text) is not a whole number") }
        return seed
    }

    private static func size(_ text: String) throws(UsageFault) -> (Int, Int) {
        let sides = text.split(separator: "x").map { Int($0) }
        guard sides.count == 2, let width = sides[0], let height = sides[1], (1...sideMax).contains(width),
            (1...sideMax).contains(height)
        else { throw UsageFault(message: "--size \(text) is not WIDTHxHEIGHT, each from 1 to \(sideMax)") }
        return (width, height)
    }

    private static func textures(_ text: String) throws(UsageFault) -> [SurfaceTexture] {
        var textures: [SurfaceTexture] = []
        for name in text.split(separator: ",").map(String.init) {
            switch name {
            case "all": textures += SurfaceTexture.allCases
            case "trained": textures += SurfaceTexture.trained
            default:
                guard let texture = SurfaceTexture(rawValue: name) else {
                    let names = SurfaceTexture.allCases.map(\.rawValue).joined(separator: ", ")
                    throw UsageFault(message: "--texture \(name) is none of \(names), trained, all")
                }
                textures.append(texture)
            }
        }
        guard !textures.isEmpty else { throw UsageFault(message: "--texture names no texture") }
        return textures
    }

    private static func settings(_ options: Options) throws(UsageFault) -> SurfaceSettings {
        var settings = SurfaceSettings()
        settings.defectRate = try number(options, "defect-rate", 0...1) ?? settings.defectRate
        settings.noise = try number(options, "noise", 0...60) ?? settings.noise
        settings.dimming = try number(options, "dimming", 0...1) ?? settings.dimming
        if let text = options.text("contrast") {
            let ends = text.split(separator: ".").map { Int($0) }
            guard ends.count == 2, let low = ends[0], let high = ends[1], low >= 0, low <= high, high <= 255 else {
                throw UsageFault(message: "--contrast \(text) is not LOW..HIGH, from 0 to 255")
            }
            settings.contrast = low...high
        }
        return settings
    }

    private static func number(
        _ options: Options, _ name: String, _ range: ClosedRange<Double>
    ) throws(UsageFault) -> Double? {
        guard let text = options.text(name) else { return nil }
        guard let value = Double(text), range.contains(value) else {
            throw UsageFault(
                message: "--\(name) \(text) is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return value
    }
}
