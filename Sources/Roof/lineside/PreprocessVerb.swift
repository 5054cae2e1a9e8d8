internal import Core
internal import Files
internal import Images
internal import JSON

/// `lineside preprocess`: what a model gets to see of an image, as bytes that training can compare with its own.
enum PreprocessVerb {
    static let verb = Verb(
        name: "preprocess",
        summary: "turn an image into a model's input, as training would, or measure how long it takes",
        usage: "preprocess IMAGE --size WIDTHxHEIGHT [OPTIONS]",
        flags: [
            Flag("size", "WxH", "the tensor's width and height in pixels"),
            Flag("mode", "MODE", "bilinear, area, letterbox or centre-crop (bilinear)"),
            Flag("channels", "N", "1 or 3 (3)"),
            Flag("order", "ORDER", "rgb or bgr, the tensor's planes (rgb)"),
            Flag("mean", "NUMBERS", "subtracted after the division by 255, one a plane: 0.485,0.456,0.406"),
            Flag("std", "NUMBERS", "then divided by, one a plane"),
            Flag("pad", "LEVEL", "around a letterbox, 0 to 255 (114)"),
            Flag("as", "FORMAT", "decode to grey or rgb (by the channels)"),
            Flag("out", "FILE", "the tensor: float32, little-endian, planes one after the other"),
            Flag("list", "FILE", "many jobs, a line each: IMAGE WIDTH HEIGHT MODE CHANNELS OUT"),
            Flag("golden", "preprocess the golden picture that releases are checked with, instead of IMAGE"),
            Flag("repeat", "N", "measure N times, decoding and preprocessing"), Options.output,
        ],
        notes: """
            The tensor is what cv2.imread, cv2.resize and numpy give for the same file, bit for bit. The SHA-256 of
            `lineside preprocess --golden ... --out FILE` is what a release declares as preprocessing.golden_sha256.
            """, run: run)

    private static func run(_ options: Options) throws -> Int32 {
        let reading = try PreprocessReading(options)
        if let list = options.text("list") {
            let jobs = try reading.jobs(in: list)
            let decoder = try FrameDecoder()
            for job in jobs { try job.run(decoder) }
            Verbs.say("\(jobs.count) tensors written")
        } else if options.has("golden") {
            let preprocessing = try reading.preprocessing()
            try write(try GoldenPicture.tensorBytes(preprocessing), preprocessing, options)
        } else if let rounds = try options.int("repeat", in: 1...1_000_000) {
            let job = try reading.job(image: try options.onlyWord("an image"))
            let figures = try PreprocessFigures(measuring: job, rounds: rounds)
            Verbs.say(try options.wantsJSON ? figures.json : figures.text)
        } else {
            let job = try reading.job(image: try options.onlyWord("an image"))
            try write(TensorBytes.littleEndian(try job.tensor(FrameDecoder())), job.preprocessing, options)
        }
        return ExitCode.ok
    }

    private static func write(_ bytes: [UInt8], _ preprocessing: Preprocessing, _ options: Options) throws {
        guard let path = options.text("out") else { throw UsageFault(message: "--out FILE says where the tensor goes") }
        try FileAccess.write(bytes, to: path)
        Verbs.say(
            "\(path): float32 \(preprocessing.channels) x \(preprocessing.height) x \(preprocessing.width), "
                + preprocessing.mode.rawValue)
    }
}
