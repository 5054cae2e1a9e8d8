internal import Core
internal import Files
internal import FrameRing
internal import Glibc

/// A frame as a file that every viewer opens and that loses nothing: PGM for grey, PPM for colour.
enum FrameFile {
    static func makeFolder(_ path: String) throws(Fault) {
        guard !FileAccess.isFolder(path) else { return }
        guard unsafe mkdir(path, 0o755) == 0 else { throw Fault.system("making the folder \(path)") }
    }

    /// A frame that is overwritten while we copy it is left out: its number is missing in the folder.
    static func write(_ frame: FrameInRing, into folder: String) throws(Fault) {
        guard let pixels = frame.copy() else { return }
        let facts = frame.facts
        let isGrey = facts.format == .grey8
        let digits = "\(frame.number)"
        let number = String(repeating: "0", count: max(0, 8 - digits.count)) + digits
        let head = "\(isGrey ? "P5" : "P6")\n\(facts.width) \(facts.height)\n255\n"
        try FileAccess.write(Array(head.utf8) + pixels, to: "\(folder)/frame-\(number).\(isGrey ? "pgm" : "ppm")")
    }
}
