internal import Core
internal import Files
internal import Glibc
internal import JSON
internal import Surfaces

/// `lineside surfaces`: pictures of simulated parts and the truth about them, for training and for looking at.
enum SurfacesVerb {
    static let verb = Verb(
        name: "surfaces", summary: "make pictures of simulated parts, with the truth about each",
        usage: "surfaces (--raw | --out FOLDER) [OPTIONS]",
        flags: [
            Flag("seed", "NUMBER", "the line: equal seeds make equal parts (1)"),
            Flag("first", "PART", "the first part's number (0)"), Flag("count", "NUMBER", "how many parts (10)"),
            Flag("size", "WIDTHxHEIGHT", "of each picture (640x480)"),
            Flag("texture", "NAMES", "\(textures), trained, or all, in turn; commas between (trained)"),
            Flag("defect-rate", "SHARE", "of parts that have a defect, 0 to 1 (0.06)"),
            Flag("contrast", "LOW..HIGH", "of defects, in grey levels (20..80)"),
            Flag("noise", "LEVELS", "of the sensor, standard deviation in grey levels (2.5)"),
            Flag("dimming", "SHARE", "of its light that the lamp loses in 10,000 parts (0)"),
            Flag("raw", "write a stream to stdout"), Flag("masks", "with --raw: write masks too"),
            Flag("out", "FOLDER", "write a BMP file each and truth.csv into this folder"),
        ],
        notes: """
            The stream has for each part a line of JSON, then width x height grey bytes, then with --masks as many bytes more:
            255 where a defect changes the picture by \(SurfaceRenderer.maskLevels) grey levels or more. Lengths in the JSON are pixels of that picture.
            `trained` is what the demo detector is trained on: all but hammered, which it has never seen.
            """, run: run)

    private static let textures = SurfaceTexture.allCases.map(\.rawValue).joined(separator: ", ")

    private static func run(_ options: Options) throws -> Int32 {
        var series = try SurfaceSeries(options)
        guard options.has("raw") != options.has("out") else { throw UsageFault(message: "give --raw or --out FOLDER") }
        if let folder = options.text("out") {
            var album = try SurfaceAlbum(folder: folder)
            try series.forEachFrame { frame throws(Fault) in try album.add(frame) }
            try album.close()
            Verbs.say("\(series.count) pictures and truth.csv are in \(folder)")
        } else {
            let stream = SurfaceStream(withMasks: options.has("masks"))
            try series.forEachFrame { frame throws(Fault) in try stream.write(frame) }
        }
        return ExitCode.ok
    }
}
