internal import Core
internal import Files
internal import Glibc
internal import Images
internal import JSON
internal import Surfaces

/// Frames on stdout, one behind the other: a line of JSON, the pixels, the mask.
struct SurfaceStream {
    private let withMasks: Bool
    private let buffer = ByteBuffer()

    init(withMasks: Bool) { self.withMasks = withMasks }

    func write(_ frame: SurfaceFrame) throws(Fault) {
        buffer.removeAll()
        var writer = JSONWriter(buffer)
        frame.write(to: &writer)
        buffer.append(UInt8(ascii: "\n"))
        unsafe frame.pixels.withUnsafeBytes { unsafe buffer.append($0) }
        if withMasks { unsafe frame.mask.withUnsafeBytes { unsafe buffer.append($0) } }
        try unsafe send(buffer.bytes)
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws(Fault) {
        var place = 0
        while place < bytes.count {
            let count = unsafe Glibc.write(STDOUT_FILENO, bytes.baseAddress?.advanced(by: place), bytes.count - place)
            guard count > 0 else { throw Fault.system("writing frames to stdout") }
            place += count
        }
    }
}

extension SurfaceFrame {
    /// The truth about the frame, in its own pixels.
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("part", UInt64(truth.part))
        writer.member("texture", texture.rawValue)
        writer.member("defective", truth.isDefective)
        writer.key("defects")
        writer.beginArray()
        for defect in truth.defects { write(defect, to: &writer) }
        writer.endArray()
        writer.member("width", width)
        writer.member("height", height)
        writer.endObject()
    }

    private func write(_ defect: SurfaceDefect, to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("kind", defect.kind.rawValue)
        writer.member("x", defect.x * width / (SurfaceDefect.referenceWidth * 100))
        writer.member("y", scaled(defect.y))
        writer.member("length", scaled(defect.length))
        writer.member("breadth", scaled(2 * defect.breadth))
        writer.member("contrast", defect.contrast)
        writer.endObject()
    }

    private func scaled(_ length: Int) -> Int { length * height / (SurfaceDefect.referenceHeight * 100) }
}

/// Frames as files in a folder, with a table of what they show.
struct SurfaceAlbum {
    private let folder: String
    private var table = "file,part,texture,defective,kinds\n"

    init(folder: String) throws(Fault) {
        guard FileAccess.isFolder(folder) || (unsafe mkdir(folder, 0o755)) == 0 else {
            throw Fault.system("making folder \(folder)")
        }
        self.folder = folder
    }

    mutating func add(_ frame: SurfaceFrame) throws(Fault) {
        let name = "part-\(frame.truth.part).bmp"
        try FileAccess.write(
            BitmapWriter.file(frame.pixels, width: frame.width, height: frame.height, format: .grey8),
            to: "\(folder)/\(name)")
        let kinds = frame.truth.defects.map(\.kind.rawValue).joined(separator: " ")
        table += "\(name),\(frame.truth.part),\(frame.texture.rawValue),\(frame.truth.isDefective),\(kinds)\n"
    }

    func close() throws(Fault) { try FileAccess.write(Array(table.utf8), to: "\(folder)/truth.csv") }
}
