internal import Core
internal import Files
internal import Images

/// What the command line says about preprocessing.
struct PreprocessReading {
    private let options: Options
    private let order: Preprocessing.Order
    private let mean: SIMD3<Float>?
    private let deviation: SIMD3<Float>?
    private let pad: Int
    private let format: PixelFormat?

    init(_ options: Options) throws(UsageFault) {
        self.options = options
        order = try Self.choice(options, "order") ?? .rgb
        mean = try Self.planes(options, "mean")
        deviation = try Self.planes(options, "std")
        pad = try options.int("pad", in: 0...255) ?? 114
        switch options.text("as") {
        case nil: format = nil
        case "grey": format = .grey8
        case "rgb": format = .rgb8
        case .some(let other): throw UsageFault(message: "--as \(other) is neither grey nor rgb")
        }
    }

    func preprocessing() throws -> Preprocessing {
        let text = options.text("size") ?? ""
        let sides = text.split(separator: "x").compactMap { Int($0) }
        guard sides.count == 2 else { throw UsageFault(message: "--size \(text) is not a size like 512x384") }
        let mode: Preprocessing.Mode = try Self.choice(options, "mode") ?? .bilinear
        let channels = try options.int("channels", in: 1...3) ?? 3
        return try preprocessing(width: sides[0], height: sides[1], mode: mode, channels: channels)
    }

    func job(image: String) throws -> PreprocessJob {
        let preprocessing = try preprocessing()
        return PreprocessJob(
            image: image, preprocessing: preprocessing, format: format ?? preprocessing.format,
            out: options.text("out"))
    }

    func jobs(in list: String) throws -> [PreprocessJob] {
        let lines = String(decoding: try FileAccess.read(list), as: UTF8.self).split(separator: "\n")
        return try lines.map { line in
            let words = line.split(separator: " ").map(String.init)
            guard words.count == 6, let width = Int(words[1]), let height = Int(words[2]), let channels = Int(words[4]),
                let mode = Preprocessing.Mode(rawValue: words[3])
            else {
                throw ConfigurationFault(message: "\(list): \"\(line)\" is not IMAGE WIDTH HEIGHT MODE CHANNELS OUT")
            }
            let preprocessing = try preprocessing(width: width, height: height, mode: mode, channels: channels)
            return PreprocessJob(
                image: words[0], preprocessing: preprocessing, format: format ?? preprocessing.format, out: words[5])
        }
    }

    private func preprocessing(
        width: Int, height: Int, mode: Preprocessing.Mode, channels: Int
    ) throws(Fault) -> Preprocessing {
        let preprocessing = Preprocessing(
            mode: mode, width: width, height: height, channels: channels, order: order, mean: mean ?? .zero,
            deviation: deviation ?? .one, pad: pad)
        try preprocessing.check()
        return preprocessing
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ options: Options, _ name: String
    ) throws(UsageFault) -> Choice? {
        guard let text = options.text(name) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw UsageFault(message: "--\(name) \(text) is none of \(names)")
        }
        return choice
    }

    /// Three numbers, or one for all planes.
    private static func planes(_ options: Options, _ name: String) throws(UsageFault) -> SIMD3<Float>? {
        guard let text = options.text(name) else { return nil }
        let numbers = text.split(separator: ",").compactMap { Float($0) }
        switch numbers.count {
        case 1: return SIMD3(repeating: numbers[0])
        case 3: return SIMD3(numbers[0], numbers[1], numbers[2])
        default: throw UsageFault(message: "--\(name) \(text) is not one number or three, separated by commas")
        }
    }
}
